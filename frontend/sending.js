/** What a person sees while something is on its way: how it stands, and that nothing is lost. */

import { deliver } from "./delivery.js";
import { $ } from "./element.js";
import { say, whenPhrased } from "./language.js";

const SLOW_MILLISECONDS = 4000; // ours

let nowKey = ""; // of what to say: it is on its way
let waitingKey = ""; // it has not happened yet
let stoppedKey = ""; // the person ended it
let told = ""; // the key of what is said now
/** @type {ReturnType<typeof setTimeout>[]} */
let timers = [];

/**
 * Says what a page says of its one kind of sending, in #sending.
 *
 * @param {{now?: string, waiting: string, stopped: string}} keys of phrases: it is on its way; it
 *   has not happened yet; the person ended it
 */
export function startSending({ now = "sending.now", waiting, stopped }) {
  [nowKey, waitingKey, stoppedKey] = [now, waiting, stopped];
  whenPhrased(() => tell(told));
}

/**
 * Sends until there is an answer, and shows how it stands.
 *
 * @param {() => Promise<import("./delivery.js").Prepared | null>} prepare null for nothing to send
 * @returns {Promise<import("./asking.js").Answer | null>} null when nothing was sent, or the
 *   person stopped it
 */
export async function send(prepare) {
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
    tell(signal.aborted ? stoppedKey : "sending.failed");
    if (signal.aborted) return null;
    throw error;
  } finally {
    quiet();
    ending.abort();
  }
}

/** @param {number} attempt */
function trying(attempt) {
  quiet();
  if (attempt > 0) return;
  tell(nowKey);
  timers.push(setTimeout(() => tell("sending.slow"), SLOW_MILLISECONDS));
}

/** @param {number} seconds */
function waiting(seconds) {
  quiet();
  if (told !== waitingKey) tell(waitingKey);
  $("sending-retry").hidden = false;
  const until = performance.now() + seconds * 1000;
  const countDown = () => {
    const left = Math.max(0, Math.ceil((until - performance.now()) / 1000));
    $("sending-next").textContent = say("sending.next", { count: left });
    timers = [setTimeout(countDown, 1000)];
  };
  countDown();
}

/** @param {string} key */
function tell(key) {
  told = key;
  $("sending-status").textContent = key && say(key);
}

function quiet() {
  for (const timer of timers) clearTimeout(timer);
  timers = [];
  $("sending-retry").hidden = true;
}
