/** Posts one body until the server has answered it, however long that takes. */

import { jsonOf } from "./answer.js";
import { PASSING, retryAfterSeconds, waitSeconds } from "./retry.js";

const TIMEOUT_MILLISECONDS = 20_000; // the server gives up after about eight seconds itself

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {any} [body] JSON, or undefined when there is none
 */

/** @typedef {{url: string, body: object}} Prepared */

/**
 * @param {() => Promise<Prepared | null>} prepare may fail like a network; its result is kept, so
 *   that every attempt sends the same bytes; null when there is nothing to send after all
 * @param {object} options
 * @param {(seconds: number, attempt: number) => void} options.waiting before each pause
 * @param {(attempt: number) => void} options.trying before each attempt
 * @param {AbortSignal} options.signal ends it between two attempts, or in the midst of one
 * @param {EventTarget} options.wake its "now" event ends a pause early
 * @returns {Promise<Answer | null>} anything but a passing failure; null when nothing was sent
 * @throws {DOMException} AbortError when the signal says so
 */
export async function deliver(prepare, { waiting, trying, signal, wake }) {
  /** @type {Prepared | null | undefined} */
  let prepared;
  for (let attempt = 0; ; attempt += 1) {
    trying(attempt);
    let asked = 0;
    try {
      prepared ??= await prepare();
      if (!prepared) return null;
      const { retryAfter, ...answer } = await post(prepared, signal);
      if (!PASSING.has(answer.status)) return answer;
      asked = retryAfterSeconds(retryAfter, Date.now());
    } catch (error) {
      signal.throwIfAborted();
      // Only what a network can do is worth another attempt; a fault of ours is not.
      if (!(error instanceof TypeError) && !isAbort(error)) throw error;
    }
    const seconds = waitSeconds(attempt, asked);
    waiting(seconds, attempt);
    await pause(seconds, signal, wake);
  }
}

/** @param {unknown} error */
function isAbort(error) {
  return error instanceof DOMException && error.name === "AbortError";
}

/**
 * @param {Prepared} prepared
 * @param {AbortSignal} signal
 * @returns {Promise<Answer & {retryAfter: string | null}>}
 */
async function post({ url, body }, signal) {
  const patience = new AbortController();
  const giveUp = () => patience.abort();
  const timer = setTimeout(giveUp, TIMEOUT_MILLISECONDS);
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      credentials: "omit",
      signal: patience.signal,
    });
    const { status } = answer;
    const empty = status === 204 || PASSING.has(status);
    const retryAfter = answer.headers.get("Retry-After");
    return { status, retryAfter, body: empty ? undefined : await jsonOf(answer) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  }
}

/**
 * @param {number} seconds
 * @param {AbortSignal} signal
 * @param {EventTarget} wake
 * @returns {Promise<void>}
 */
function pause(seconds, signal, wake) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    const end = (/** @type {() => void} */ settle) => () => {
      clearTimeout(timer);
      settle();
    };
    wake.addEventListener("now", end(resolve), { once: true });
    signal.addEventListener("abort", end(() => reject(signal.reason)), { once: true });
  });
}
