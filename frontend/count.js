/** The count: how many, how far to the next milestone, from where, and as of when. */

import { functionUrl } from "./config.js";
import { countryName, UNSAID } from "./countries.js";
import { $ } from "./element.js";
import { language, say, whenPhrased } from "./language.js";
import { poll } from "./poll.js";

const EVERY_SECONDS = 10;
const TIMEOUT_MILLISECONDS = 10_000;
const RISE_MILLISECONDS = 800;
const SAY_MILLISECONDS = 60_000; // a screen reader hears of the number once a minute at most

/**
 * @typedef {object} Tally
 * @property {"open" | "closed"} status
 * @property {"free" | "returned" | "unknown" | null} outcome
 * @property {number} signatures
 * @property {number} goal the next milestone
 * @property {{country: string, signatures: number}[]} countries
 * @property {string} as_of ISO 8601
 */

/** @type {Tally | undefined} */
let tally;
let stale = false;
let shown = 0;
let saidAt = -Infinity;

/**
 * Asks for the count while the page is looked at.
 *
 * @param {(tally: Tally) => void} onTally
 * @returns {{now: () => void}}
 */
export function startCount(onTally) {
  whenPhrased(show);
  return poll(async () => {
    try {
      tally = await fetchTally();
      stale = false;
      onTally(tally);
    } catch (error) {
      stale = true;
      throw error;
    } finally {
      show();
    }
  }, EVERY_SECONDS);
}

/** @returns {Promise<Tally>} */
async function fetchTally() {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), TIMEOUT_MILLISECONDS);
  try {
    // The browser's own cache would show the number before last (stale-while-revalidate).
    const url = await functionUrl("count");
    const answer = await fetch(url, { cache: "no-cache", signal: patience.signal });
    if (!answer.ok) throw new TypeError(`count answered ${answer.status}`);
    return await answer.json();
  } finally {
    clearTimeout(timer);
  }
}

function show() {
  if (!document.documentElement.classList.contains("phrased")) return;
  if (!tally) {
    $("as-of").textContent = stale ? say("count.missing") : "";
    return;
  }
  const { signatures, goal, as_of: asOf, countries } = tally;
  rise(signatures);
  $("count-label").textContent = say("count.label", { count: signatures });
  const $progress = $("progress", HTMLProgressElement);
  $progress.max = Math.max(goal, 1);
  $progress.value = Math.min(signatures, goal);
  $("goal").textContent =
    signatures < goal
      ? say("count.goal", { goal, remaining: goal - signatures })
      : say("count.beyond");
  $("as-of").textContent = say(stale ? "count.stale" : "count.as_of", { time: clock(asOf) });
  showCountries(countries);
  tell(signatures);
  $("count").classList.add("known");
}

/**
 * Lets the number climb to its new value, unless the reader prefers stillness.
 *
 * @param {number} target
 */
function rise(target) {
  const from = shown;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const number = new Intl.NumberFormat(language());
  const set = (/** @type {number} */ value) => {
    $("signatures").textContent = number.format(value);
  };
  shown = target;
  if (still || from === 0 || from === target) return set(target);

  const began = performance.now();
  const step = () => {
    if (shown !== target) return;
    const part = Math.min((performance.now() - began) / RISE_MILLISECONDS, 1);
    set(Math.round(from + (target - from) * (1 - (1 - part) ** 3)));
    if (part < 1) requestAnimationFrame(step);
  };
  step();
}

/** @param {string} asOf */
function clock(asOf) {
  const time = new Date(asOf);
  const today = time.toDateString() === new Date().toDateString();
  /** @type {Intl.DateTimeFormatOptions} */
  const style = today ? { timeStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(language(), style).format(time);
}

/** @param {Tally["countries"]} countries */
function showCountries(countries) {
  const named = countries.filter(({ country }) => country !== "other" && country !== UNSAID).length;
  $("countries-summary").textContent = named
    ? say("count.countries", { count: named })
    : say("count.everywhere");
  const number = new Intl.NumberFormat(language());
  const rows = countries.map(({ country, signatures }) => {
    const $row = document.createElement("li");
    const $number = document.createElement("span");
    $number.textContent = number.format(signatures);
    $row.append(countryName(country), " ", $number);
    return $row;
  });
  $("countries-list").replaceChildren(...rows);
}

/** @param {number} signatures */
function tell(signatures) {
  const now = performance.now();
  const text = `${new Intl.NumberFormat(language()).format(signatures)} ${say("count.label", { count: signatures })}`;
  if (now - saidAt < SAY_MILLISECONDS || $("count-said").textContent === text) return;
  saidAt = now;
  $("count-said").textContent = text;
}
