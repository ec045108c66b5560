/** Asks again and again, gently: never while nobody looks, and less often when it fails. */

import { waitSeconds } from "./retry.js";

/**
 * @param {() => Promise<void>} ask throws when there was no answer
 * @param {number} everySeconds up to a fifth is added at random, so that readers do not march in step
 * @returns {{now: () => void}} asks at once
 */
export function poll(ask, everySeconds) {
  let failures = 0;
  let timer;
  let asking = false;

  async function tick() {
    clearTimeout(timer);
    if (asking || document.hidden) return;
    asking = true;
    try {
      await ask();
      failures = 0;
    } catch {
      failures += 1;
    }
    asking = false;
    if (document.hidden) return;
    const usual = everySeconds * (1 + 0.2 * Math.random());
    const wait = failures ? Math.max(usual, waitSeconds(failures + 2, 0)) : usual;
    timer = setTimeout(tick, wait * 1000);
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) clearTimeout(timer);
    else tick();
  });
  tick();
  return { now: tick };
}
