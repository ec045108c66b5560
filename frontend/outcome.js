/** What became of the people: the end of the petition, and its outcome. */

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

/** Keeps what is said in the language that the page has. */
export function startOutcome() {
  whenPhrased(showTexts);
}

async function showTexts() {
  const campaign = await petition().catch(() => null);
  if (!campaign) return;
  const { texts } = campaign;
  document.documentElement.dataset.outcome = outcome ?? "";
  $("outcome").hidden = !outcome;
  $("outcome-text").textContent = outcome ? (texts[language()].outcomes[outcome]?.headline ?? "") : "";
}
