/** What became of the people: the end of the petition, its outcome, and the updates. */

import { petition } from "./config.js";
import { $ } from "./element.js";
import { language, whenPhrased } from "./language.js";

/** @type {string | null} */
let outcome = null;

/**
 * Shows that signing has ended, and how it went, if that is known.
 *
 * @param {string | null} known as the campaign names it, or null
 */
export function close(known) {
  outcome = known;
  $("sign").hidden = true;
  $("closed").hidden = !$("thanks").hidden;
  document.documentElement.classList.add("ended");
  showTexts();
}

/** Signing goes on, or goes on again. */
export function reopen() {
  if (!document.documentElement.classList.contains("ended")) return;
  document.documentElement.classList.remove("ended");
  outcome = null;
  $("closed").hidden = true;
  $("sign").hidden = !$("thanks").hidden;
  showTexts();
}

/** Shows the updates, in the language that the page has. */
export function startUpdates() {
  whenPhrased(showTexts);
}

async function showTexts() {
  const campaign = await petition().catch(() => null);
  if (!campaign) return;
  const { texts, updates } = campaign;
  document.documentElement.dataset.outcome = outcome ?? "";
  $("outcome").hidden = !outcome;
  $("outcome-text").textContent = outcome ? (texts[language()].outcomes[outcome]?.headline ?? "") : "";
  $("updates").hidden = !updates.length;
  $("updates-list").replaceChildren(...[...updates].reverse().map(item));
}

/** @param {import("./config.js").Campaign["updates"][number]} update */
function item({ date, texts }) {
  const $item = document.createElement("li");
  const $date = document.createElement("time");
  const $text = document.createElement("p");
  $date.dateTime = date;
  $date.textContent = new Intl.DateTimeFormat(language(), {
    dateStyle: "long",
    timeZone: "UTC", // a date without a time is midnight there
  }).format(new Date(date));
  $text.textContent = texts[language()];
  $item.append($date, $text);
  return $item;
}
