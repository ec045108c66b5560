/** Asking a server again: because it could not answer, or because the answer changes with time. */

const FIRST_SECONDS = 1; // ours
const LONGEST_SECONDS = 60; // ours: a person who waits should see something happen each minute
const JITTER = 0.5; // spreads a crowd that failed together over half as long again

/** Statuses after which the very same request may succeed. */
export const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Seconds that a Retry-After header asks for, RFC 9110 section 10.2.3.
 *
 * @param {string | null} header delay in seconds, or a date
 * @param {number} now milliseconds since 1970
 * @returns {number} 0 when absent, malformed or past
 */
export function retryAfterSeconds(header, now) {
  if (!header) return 0;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const date = /^[a-z]/i.test(header) ? Date.parse(header) : NaN; // a date begins with its weekday
  return Number.isNaN(date) ? 0 : Math.max(0, (date - now) / 1000);
}

/**
 * Doubles with every attempt, never shorter than what the server asked for, and never the same for
 * two people.
 *
 * @param {number} attempt 0 after the first failure
 * @param {number} askedSeconds what Retry-After said, or 0
 * @param {() => number} [random] from 0 to 1
 * @returns {number} seconds
 */
export function waitSeconds(attempt, askedSeconds, random = Math.random) {
  const own = Math.min(FIRST_SECONDS * 2 ** attempt, LONGEST_SECONDS);
  return Math.max(own, askedSeconds) * (1 + JITTER * random());
}

/**
 * Asks again and again, gently: never while nobody looks, and less often when it fails.
 *
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
