/**
 * Leaving at once, and leaving nothing behind: the page keeps one single entry in the tab's
 * history, and that entry is what a neutral page replaces.
 */

import { $, goTo } from "./element.js";

// An ordinary search page that opens in mainland China, too.
// See docs/decisions/2026-11-quick-exit.md.
export const ELSEWHERE = "https://www.bing.com/";

const ESCAPES = 3;
const WITHIN_MILLISECONDS = 2000; // ours: quick, yet possible with a slow hand

/** Blanks the page, forgets what was typed, and puts the neutral page in this one's place. */
export function leave() {
  for (const $form of document.forms) $form.reset();
  document.body.replaceChildren();
  document.title = "…";
  history.replaceState(null, "", location.pathname.replace(/[^/]*$/, ""));
  location.replace(ELSEWHERE);
}

/** Makes the button and three presses of Escape leave, and keeps the history to one entry. */
export function startLeaving() {
  $("leave").addEventListener("click", leave);
  /** @type {number[]} */
  let presses = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") {
      presses = [];
      return;
    }
    const now = performance.now();
    presses = [...presses.filter((at) => now - at < WITHIN_MILLISECONDS), now];
    if (presses.length >= ESCAPES) leave();
  });
  document.addEventListener("click", keepOneEntry);
}

/**
 * Follows a link inside the site without adding to the history.
 *
 * @param {MouseEvent} event
 */
function keepOneEntry(event) {
  const $link = event.target instanceof Element && event.target.closest("a");
  const plain = !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (!$link || !plain || $link.target || $link.origin !== location.origin) return;

  event.preventDefault();
  const here = $link.pathname === location.pathname && $link.hash;
  if (here) goTo($($link.hash.slice(1)));
  else location.replace($link.href);
}
