/** What a person sees while something is on its way: how it stands, and that nothing is lost. */

import { deliver } from "./delivery.js";
import { $ } from "./element.js";
import { say, whenPhrased } from "./language.js";

const SLOW_MILLISECONDS = 4000; // ours

/**
 * @typedef {object} Phrases keys of what to say
 * @property {string} waiting it has not happened yet
 * @property {string} stopped the person ended it
 */

/**
 * Makes what shows a sending work (#sending), and returns what sends.
 *
 * @param {Phrases} phrases
 */
export function startSending(phrases) {
  let key = "";
  const tell = (/** @type {string} */ said) => {
    key = said;
    $("sending-status").textContent = said && say(said);
  };
  whenPhrased(() => tell(key));

  /** @type {ReturnType<typeof setTimeout>[]} */
  let timers = [];
  const quiet = () => {
    for (const timer of timers) clearTimeout(timer);
    timers = [];
    $("sending-retry").hidden = true;
  };

  /** @param {number} attempt */
  function trying(attempt) {
    quiet();
    if (attempt > 0) return;
    tell("sending.now");
    timers.push(setTimeout(() => tell("sending.slow"), SLOW_MILLISECONDS));
  }

  /** @param {number} seconds */
  function waiting(seconds) {
    quiet();
    if (key !== phrases.waiting) tell(phrases.waiting);
    $("sending-retry").hidden = false;
    const until = performance.now() + seconds * 1000;
    const countDown = () => {
      const left = Math.max(0, Math.ceil((until - performance.now()) / 1000));
      $("sending-next").textContent = say("sending.next", { count: left });
      timers = [setTimeout(countDown, 1000)];
    };
    countDown();
  }

  /**
   * @param {() => Promise<import("./delivery.js").Prepared | null>} prepare null for nothing to send
   * @returns {Promise<import("./delivery.js").Answer | null>} null when nothing was sent, or the
   *   person stopped it
   */
  return async function send(prepare) {
    const wake = new EventTarget();
    const ending = new AbortController();
    const { signal } = ending;
    const now = () => wake.dispatchEvent(new Event("now"));
    addEventListener("online", now, { signal });
    $("sending-again").addEventListener("click", now, { signal });
    $("sending-stop").addEventListener("click", () => ending.abort(), { signal });
    try {
      const answer = await deliver(prepare, { trying, waiting, signal, wake });
      tell("");
      return answer;
    } catch (error) {
      tell(signal.aborted ? phrases.stopped : "sending.failed");
      if (signal.aborted) return null;
      throw error;
    } finally {
      quiet();
      ending.abort();
    }
  };
}
