/**
 * The language of the page: what it says, the switch, and the address that pins it.
 * Which language comes first was decided in first.js, before the first paint.
 */

import { fromRoot } from "./config.js";

/** @typedef {string | {one: string, other: string}} Phrase */

/** @type {Record<string, Phrase>} */
let phrases = {};

/** @type {(() => void)[]} */
const listeners = [];

/** The language that the page is in now, one of the petition's. */
export function language() {
  return document.documentElement.lang;
}

/**
 * A phrase in the reader's language.
 *
 * @param {string} key a key of phrases/{language}.json
 * @param {Record<string, string | number>} [values] fill the phrase's {places};
 *   a number is written in the language's way, and `count` chooses between one and other
 * @returns {string} the key itself while the phrases are not there yet
 */
export function say(key, values = {}) {
  let phrase = phrases[key] ?? key;
  if (typeof phrase !== "string") {
    const form = new Intl.PluralRules(language()).select(Number(values.count));
    phrase = form === "one" ? phrase.one : phrase.other;
  }
  return phrase.replace(/\{(\w+)\}/g, (_, name) => written(values[name]));
}

/** @param {string | number} value */
function written(value) {
  return typeof value === "number" ? new Intl.NumberFormat(language()).format(value) : value;
}

/**
 * Calls back now, if the phrases are there, and after every change of language.
 *
 * @param {() => void} listener
 */
export function whenPhrased(listener) {
  listeners.push(listener);
  if (document.documentElement.classList.contains("phrased")) listener();
}

/** Loads the phrases, fills the page, and makes the switch work; tries again until it succeeds. */
export async function startLanguage() {
  for (const $link of all("[data-pin]")) {
    $link.addEventListener("click", (event) => {
      event.preventDefault();
      pin($link.dataset.pin ?? language());
    });
  }
  await fillPhrases();
}

/** @param {string} chosen */
async function pin(chosen) {
  const address = new URL(location.href);
  address.searchParams.set("lang", chosen);
  address.hash = "";
  history.replaceState(null, "", address);
  document.documentElement.lang = chosen;
  await fillPhrases();
}

/** @returns {Promise<void>} */
async function fillPhrases(attempt = 0) {
  const wanted = language();
  try {
    const answer = await fetch(fromRoot(`phrases/${wanted}.json`));
    if (!answer.ok) throw new Error(String(answer.status));
    const loaded = await answer.json();
    if (wanted !== language()) return;
    phrases = loaded;
  } catch {
    await new Promise((later) => setTimeout(later, Math.min(1000 * 2 ** attempt, 30_000)));
    if (wanted === language()) await fillPhrases(attempt + 1);
    return;
  }
  fillPage();
  document.documentElement.classList.add("phrased");
  for (const listener of listeners) listener();
}

function fillPage() {
  for (const $element of all("[data-phrase]")) {
    $element.textContent = say($element.dataset.phrase ?? "");
  }
  for (const $element of all("[data-label]")) {
    $element.setAttribute("aria-label", say($element.dataset.label ?? ""));
  }
  for (const $link of all("[data-pin]")) {
    $link.setAttribute("aria-current", String($link.dataset.pin === language()));
  }
  titlePage();
  carryLanguage();
}

/** @param {string} selector @returns {NodeListOf<HTMLElement>} */
function all(selector) {
  return document.querySelectorAll(selector);
}

/** The title is the visible heading, so that it is written once and follows the language. */
export function titlePage(prefix = "") {
  const $heading = [...document.querySelectorAll("h1")].find(($h1) => $h1.getClientRects().length);
  if ($heading) document.title = prefix + $heading.textContent;
}

/** A pinned language goes along to the other pages. */
function carryLanguage() {
  if (!new URLSearchParams(location.search).has("lang")) return;
  for (const $link of all("a[data-within]")) {
    const [path] = ($link.getAttribute("href") ?? "").split("?");
    $link.setAttribute("href", `${path}?lang=${language()}`);
  }
}
