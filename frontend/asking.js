/**
 * Asks a function, which may be known under several addresses. One that does not answer, or that
 * something else answers for, is passed over; the one that answered is asked first from then on,
 * for this visit.
 */

import { functionUrls, jsonOf } from "./config.js";

/** @typedef {import("./config.js").FunctionName} FunctionName */

/**
 * What the function said: a success, or a problem (docs/problems.md).
 *
 * @typedef {object} Answer
 * @property {number} status
 * @property {string | null} retryAfter
 * @property {any} body undefined when there is none
 */

/**
 * @typedef {object} Question
 * @property {string} [path] what follows the petition, such as "/7k2m9qx4tb.svg"
 * @property {object} [body] is posted as JSON
 * @property {RequestCache} [cache]
 * @property {AbortSignal} [signal] ends it
 * @property {number} [milliseconds] how long one address may take
 * @property {string} [petition] another than the page's
 */

/** Nobody answered, or something that is not our function did. */
class NoAnswer extends TypeError {
  /** @param {Response} answer */
  constructor(answer) {
    super(`${answer.url} answered ${answer.status}`);
    this.retryAfter = answer.headers.get("Retry-After");
  }
}

/** What the page says in the place of a function that is no more (RFC 9110, section 15.5.11). */
const GONE = { status: 410, retryAfter: null, body: undefined };

/** By these statuses `sign` takes no more signatures: the petition is closed, or burnt. */
export const CLOSED = new Set([409, GONE.status]);

const MILLISECONDS = 20_000; // ours: sign gives up after about eight seconds itself

let answering = ""; // the origin of the address that answered last

/**
 * @param {FunctionName} name
 * @param {Question} question
 * @param {(answer: Response) => Promise<any>} [read] a success; it throws a TypeError for what is
 *   none of ours
 * @returns {Promise<Answer>}
 * @throws {TypeError} like a failing network: no address answered; `retryAfter` is the header of
 *   one that did not in time, or undefined
 * @throws {DOMException} AbortError, for the same or because the signal said so
 */
export async function ask(name, question, read = jsonOf) {
  const urls = await functionUrls(name, question.petition);
  if (!urls.length) return GONE;
  const ending = new AbortController();
  const end = () => ending.abort();
  question.signal?.addEventListener("abort", end, { once: true });
  if (question.signal?.aborted) end();
  try {
    return await inTurn(inOrder(urls), question, read, ending.signal);
  } catch (error) {
    throw error instanceof AggregateError ? mostTelling(error.errors) : error;
  } finally {
    end();
    question.signal?.removeEventListener("abort", end);
  }
}

/** @param {string[]} urls @returns {string[]} the one that is known to answer first */
function inOrder(urls) {
  const known = (/** @type {string} */ url) => Number(new URL(url).origin === answering);
  return [...urls].sort((one, other) => known(other) - known(one));
}

/**
 * Asks the first; the next as soon as that failed, or has been silent for half of its time, after
 * which it may still answer. RFC 8305 does the same with the addresses of one host.
 *
 * @param {string[]} urls
 * @param {Question} question
 * @param {(answer: Response) => Promise<any>} read
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 */
function inTurn(urls, { milliseconds = MILLISECONDS, ...question }, read, signal) {
  /** @type {Promise<unknown>} */
  let turn = Promise.resolve();
  const answers = urls.map((url) => {
    const answer = turn.then(() => askOne(url, { ...question, milliseconds }, read, signal));
    const failed = answer.then(() => new Promise(() => {})).catch(() => {});
    const silent = turn.then(() => new Promise((later) => setTimeout(later, milliseconds / 2)));
    turn = Promise.race([failed, silent]);
    return answer;
  });
  return Promise.any(answers);
}

/**
 * @param {string} url
 * @param {Question} question
 * @param {(answer: Response) => Promise<any>} read
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 */
async function askOne(url, { path = "", body, cache, milliseconds }, read, signal) {
  signal.throwIfAborted();
  const ending = new AbortController();
  const end = () => ending.abort();
  const timer = setTimeout(end, milliseconds);
  signal.addEventListener("abort", end, { once: true });
  try {
    const answer = await fetch(url + path, {
      ...(body && posted(body)),
      cache,
      credentials: "omit",
      redirect: "error", // a function sends nobody elsewhere; a hotel does
      signal: ending.signal,
    });
    const { status, headers } = answer;
    const said = await contentOf(answer, read);
    answering = new URL(url).origin;
    return { status, retryAfter: headers.get("Retry-After"), body: said };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}

/** @param {object} body @returns {RequestInit} */
function posted(body) {
  const headers = { "Content-Type": "application/json" };
  return { method: "POST", headers, body: JSON.stringify(body) };
}

/**
 * @param {Response} answer
 * @param {(answer: Response) => Promise<any>} read
 * @throws {TypeError} it is none of ours
 */
async function contentOf(answer, read) {
  if (answer.status === 204) return undefined;
  if (answer.ok) return read(answer);
  const type = answer.headers.get("Content-Type") ?? "";
  if (!type.startsWith("application/problem+json")) throw new NoAnswer(answer);
  return jsonOf(answer);
}

/** @param {any[]} errors one of each address; a fault of ours before what a network can do */
function mostTelling(errors) {
  const fault = errors.find((error) => !(error instanceof TypeError || isAbort(error)));
  return fault ?? errors.find((error) => error.retryAfter) ?? errors[0];
}

/** @param {unknown} error @returns {boolean} whether a request was ended, or took too long */
export function isAbort(error) {
  return error instanceof DOMException && error.name === "AbortError";
}
