/**
 * What the page says, in the language that it has. The language itself, the switch and the words
 * that never change are in first.js, which does not wait for modules.
 */

/** @typedef {string | {one: string, other: string}} Phrase */

/** @type {Map<string, Record<string, Phrase>>} by language */
const known = new Map();

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
 * @returns {string} the key itself when there is no such phrase
 */
export function say(key, values = {}) {
  let phrase = phrases()[key] ?? key;
  if (typeof phrase !== "string") {
    const form = new Intl.PluralRules(language()).select(Number(values.count));
    phrase = form === "one" ? phrase.one : phrase.other;
  }
  return phrase.replace(/\{(\w+)\}/g, (_, name) => written(values[name]));
}

/** @returns {Record<string, Phrase>} as the page carries them */
function phrases() {
  const wanted = language();
  const found = known.get(wanted);
  if (found) return found;

  const read = JSON.parse(document.getElementById(`phrases-${wanted}`)?.textContent ?? "{}");
  known.set(wanted, read);
  return read;
}

/** @param {string | number} value */
function written(value) {
  return typeof value === "number" ? new Intl.NumberFormat(language()).format(value) : value;
}

/**
 * Calls back now, and after every change of language.
 *
 * @param {() => void} listener
 */
export function whenPhrased(listener) {
  document.addEventListener("phrased", listener);
  listener();
}
