/** The count: how many, how far to the next milestone, from where, and as of when. */

import { ask } from "./asking.js";
import { $ } from "./element.js";
import { language, say, whenPhrased } from "./language.js";
import { poll } from "./retry.js";

const EVERY_SECONDS = 10;
const TIMEOUT_MILLISECONDS = 10_000;
const RISE_MILLISECONDS = 800;
const SAY_MILLISECONDS = 60_000; // a screen reader hears of the number once a minute at most
const UNSAID = "ZZ"; // as countries.js, which is only asked for names
const COUNTRY_FLOOR = 30; // as functions/petition/blur.py: all others are told as one

const PLACE = "\uFFFC"; // stands for the number while what is around it is looked at

/**
 * @typedef {object} Tally
 * @property {"open" | "closed"} status
 * @property {string | null} outcome as the campaign names it
 * @property {number} signatures
 * @property {boolean} exact or only about right, so that no number tells who has signed
 * @property {number} goal the next milestone
 * @property {{country: string, signatures: number}[]} countries
 * @property {string} as_of ISO 8601
 */

/** @type {Tally | undefined} */
let tally;
/** @type {Tally | undefined} the number as it was when this person signed */
let before;
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
  $("countries").addEventListener("toggle", show);
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
  // The browser's own cache would show the number before last (stale-while-revalidate).
  const question = /** @type {const} */ ({ cache: "no-cache", milliseconds: TIMEOUT_MILLISECONDS });
  const { status, body } = await ask("count", question);
  if (status !== 200) throw new TypeError(`count answered ${status}`);
  return body;
}

/** Tells whoever has just signed the number that they were added to, which stays as it was then. */
export function thankSigner() {
  before = tally;
  document.documentElement.classList.add("signed");
  show();
}

function show() {
  $("late").textContent = stale ? say(tally ? "count.late" : "count.missing") : "";
  $("thanks-count").textContent = before ? thank(before) : "";
  if (!tally) return;
  showNumber(tally);
  showGoal(tally);
  showLights(tally);
  $("as-of").textContent = say("count.as_of", { time: clock(tally.as_of) });
  if ($("countries", HTMLDetailsElement).open) showCountries(tally.countries);
  nameSummary(tally.countries);
  tell(`${say("count.heading")}: ${sayNumber(tally)}`);
  $("count").classList.add("known");
}

/**
 * The number as it is said.
 *
 * @param {Tally} tally
 * @param {string} [written] in the place of the number
 * @returns {string}
 */
function sayNumber({ signatures, exact }, written = format(signatures)) {
  const number = { count: signatures, number: written };
  if (exact) return say("count.number", number);
  // An inexact zero may be some dozens.
  return signatures ? say("count.number_about", number) : say("count.begun");
}

/** @param {number} number */
function format(number) {
  return new Intl.NumberFormat(language()).format(number);
}

/** @param {Tally} tally */
function showNumber(tally) {
  const [words, unit] = sayNumber(tally, PLACE).split(PLACE).map(small);
  const $signatures = document.createElement("span");
  $signatures.id = "signatures";
  $("number").replaceChildren(words, ...(unit ? [$signatures, unit] : []));
  $("foot-number").textContent = sayNumber(tally);
  rise($signatures, tally.signatures);
}

/** @param {string} text */
function small(text) {
  const $small = document.createElement("small");
  $small.textContent = text;
  return $small;
}

/**
 * Lets the number climb to its new value, unless the reader prefers stillness.
 *
 * @param {HTMLElement} $signatures
 * @param {number} target
 */
function rise($signatures, target) {
  const from = shown;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const set = (/** @type {number} */ value) => {
    $signatures.textContent = format(value);
  };
  shown = target;
  if (still || from === 0 || from === target) return set(target);

  const began = performance.now();
  const step = () => {
    if (!$signatures.isConnected) return;
    const part = Math.min((performance.now() - began) / RISE_MILLISECONDS, 1);
    set(Math.round(from + (target - from) * (1 - (1 - part) ** 3)));
    if (part < 1) requestAnimationFrame(step);
  };
  step();
}

/** @param {Tally} tally */
function showGoal({ signatures, exact, goal }) {
  const $progress = $("progress", HTMLProgressElement);
  $progress.max = Math.max(goal, 1);
  $progress.value = Math.min(signatures, goal);
  const remaining = goal - signatures;
  // The same number twice would say nothing.
  const key = !signatures ? "count.goal_first" : exact ? "count.goal" : "count.goal_about";
  $("goal").textContent = remaining > 0 ? say(key, { goal, remaining }) : say("count.beyond");
}

/**
 * The thirty lights carry the count: each is a thirtieth of the way to the next milestone, and the
 * first is on as soon as somebody has signed.
 *
 * @param {Tally} tally
 */
function showLights({ signatures, goal }) {
  const lights = document.querySelectorAll(".lights i");
  const part = Math.min(signatures / Math.max(goal, 1), 1);
  const lit = Math.max(Math.floor(part * lights.length), Math.min(signatures, 1));
  lights.forEach(($light, index) => {
    $light.classList.toggle("lit", index < lit);
    $light.classList.toggle("next", index === Math.min(lit, lights.length - 1));
  });
}

/**
 * @param {Tally} tally
 * @returns {string} what whoever has just signed is told
 */
function thank({ signatures, exact }) {
  // The number is from before, so that it may still be none.
  if (!signatures) return say("thanks.first");
  return say(exact ? "thanks.exact" : "thanks.about", { count: signatures });
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
function nameSummary(countries) {
  const named = countries.filter(({ country }) => country !== "other" && country !== UNSAID).length;
  $("countries-summary").textContent = named
    ? say("count.countries", { count: named, floor: COUNTRY_FLOOR })
    : say("count.everywhere");
}

/** @param {Tally["countries"]} countries */
async function showCountries(countries) {
  const { countryName } = await import("./countries.js");
  const rows = countries.map(({ country, signatures }) => {
    const $row = document.createElement("li");
    const $number = document.createElement("span");
    $number.textContent = format(signatures);
    $row.append(countryName(country), " ", $number);
    return $row;
  });
  $("countries-list").replaceChildren(...rows);
}

/** @param {string} text for a screen reader */
function tell(text) {
  const now = performance.now();
  if (now - saidAt < SAY_MILLISECONDS || $("count-said").textContent === text) return;
  saidAt = now;
  $("count-said").textContent = text;
}
