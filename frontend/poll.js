/** Asks again and again, gently: never while nobody looks, and less often when it fails. */

import { waitSeconds } from "./retry.js";

/**
 * @param {() => Promise<void>} ask throws when there was no answer
 * @param {number} everySeconds up to a fifth is added at random, so that readers do not march in step
 * @returns {{now: () => void}} asks at once
 */
export function poll(ask, everySeconds) {
  let failures = 0;
  let answered = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let asking = false;

  async function tick() {
    clearTimeout(timer);
    if (asking || document.hidden) return;
    asking = true;
    try {
      await ask();
      answered = true;
      failures = 0;
    } catch {
      failures += 1;
    }
    asking = false;
    timer = setTimeout(tick, 1000 * waitingSeconds());
  }

  function waitingSeconds() {
    const usual = everySeconds * (1 + 0.2 * Math.random());
    if (!failures) return usual;
    const backingOff = waitSeconds(failures - 1, 0);
    // Whoever has seen nothing yet waits for the first answer; an old answer can wait longer.
    return answered ? usual + backingOff : backingOff;
  }

  // Coming to the front asks at once; going to the back ends in the first line of tick.
  document.addEventListener("visibilitychange", tick);
  tick();
  return { now: tick };
}
