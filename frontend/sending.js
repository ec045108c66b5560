/** What a person sees while something is on its way: how it stands, and that nothing is lost. */

import { deliver } from "./delivery.js";
import { say, whenWorded } from "./language.js";

const SLOW_MILLISECONDS = 4000; // ours

/**
 * @typedef {object} Words keys of what to say
 * @property {string} waiting it has not happened yet
 * @property {string} stopped the person ended it
 */

/**
 * Makes the element that shows a sending, and returns what sends.
 *
 * @param {HTMLElement} $sending holds a status, a countdown, and the buttons again and stop
 * @param {Words} words
 */
export function startSending($sending, words) {
  const [$status, $next, $again, $stop] = [".status", ".next", ".again", ".stop"].map((name) =>
    $sending.querySelector(name),
  );
  let key = "";
  const tell = (said) => {
    key = said;
    $status.textContent = said && say(said);
  };
  whenWorded(() => tell(key));

  let timers = [];
  const quiet = () => {
    timers.forEach(clearTimeout);
    timers = [];
    $next.parentElement.hidden = true;
  };

  function trying(attempt) {
    quiet();
    if (attempt > 0) return;
    tell("sending.now");
    timers.push(setTimeout(() => tell("sending.slow"), SLOW_MILLISECONDS));
  }

  function waiting(seconds) {
    quiet();
    if (key !== words.waiting) tell(words.waiting);
    $next.parentElement.hidden = false;
    const until = performance.now() + seconds * 1000;
    const countDown = () => {
      const left = Math.max(0, Math.ceil((until - performance.now()) / 1000));
      $next.textContent = say("sending.next", { count: left });
      timers = [setTimeout(countDown, 1000)];
    };
    countDown();
  }

  /**
   * @param {() => Promise<{url: string, body: object}>} prepare
   * @returns {Promise<import("./delivery.js").Answer | null>} null when the person stopped it
   */
  return async function send(prepare) {
    const wake = new EventTarget();
    const ending = new AbortController();
    const { signal } = ending;
    const now = () => wake.dispatchEvent(new Event("now"));
    addEventListener("online", now, { signal });
    $again.addEventListener("click", now, { signal });
    $stop.addEventListener("click", () => ending.abort(), { signal });
    try {
      const answer = await deliver(prepare, { trying, waiting, signal, wake });
      tell("");
      return answer;
    } catch (error) {
      tell(signal.aborted ? words.stopped : "");
      if (signal.aborted) return null;
      throw error;
    } finally {
      quiet();
      ending.abort();
    }
  };
}
