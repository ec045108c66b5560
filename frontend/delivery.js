/** Posts one body until the server has answered it, however long that takes. */

import { ask, isAbort } from "./asking.js";
import { PASSING, retryAfterSeconds, waitSeconds } from "./retry.js";

/**
 * What is to be posted.
 *
 * @typedef {object} Prepared
 * @property {import("./asking.js").FunctionName} name of the function
 * @property {object} body
 * @property {string} [petition] another than the page's
 * @property {(failures: number) => void} [failed] is called after each failure
 * @property {() => void} [settled] is called when no attempt will follow
 */

/**
 * @param {() => Promise<Prepared | null>} prepare may fail like a network; its result is kept, so
 *   that every attempt sends the same bytes; null when there is nothing to send after all
 * @param {object} options
 * @param {(seconds: number, attempt: number) => void} options.waiting before each pause
 * @param {(attempt: number) => void} options.trying before each attempt
 * @param {AbortSignal} options.signal ends it between two attempts, or in the midst of one
 * @param {EventTarget} options.wake its "now" event ends a pause early
 * @returns {Promise<import("./asking.js").Answer | null>} anything but a passing failure; null when nothing was sent
 * @throws {DOMException} AbortError when the signal says so
 */
export async function deliver(prepare, { waiting, trying, signal, wake }) {
  /** @type {Prepared | null | undefined} */
  let prepared;
  try {
    for (let attempt = 0; ; attempt += 1) {
      trying(attempt);
      let asked = null;
      try {
        prepared ??= await prepare();
        if (!prepared) return null;
        const { name, body, petition } = prepared;
        const answer = await ask(name, { body, petition, signal });
        if (!PASSING.has(answer.status)) return answer;
        asked = answer.retryAfter;
      } catch (error) {
        signal.throwIfAborted();
        asked = retryAfterOf(error);
      }
      prepared?.failed?.(attempt + 1);
      const seconds = waitSeconds(attempt, retryAfterSeconds(asked, Date.now()));
      waiting(seconds, attempt);
      await pause(seconds, signal, wake);
    }
  } finally {
    prepared?.settled?.();
  }
}

/**
 * @param {any} error
 * @returns {string | null} when to come back, if it says so
 * @throws what no network can do: another attempt would not mend it
 */
function retryAfterOf(error) {
  if (error instanceof TypeError || isAbort(error)) return error.retryAfter ?? null;
  throw error;
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
