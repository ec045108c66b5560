/** A form on the page: what is written in it, and the summary that takes a person to each fault. */

import { $, goTo } from "./element.js";
import { say, whenPhrased } from "./language.js";

/** @typedef {import("./faults.js").Fault} Fault */

/** @type {{$form: HTMLFormElement, faults: Fault[]} | undefined} what is shown now */
let shown;
let bareTitle = "";

whenPhrased(() => {
  bareTitle = document.title; // first.js has just written it
  if (shown) list(shown.$form, shown.faults);
});

// As the functions have it (functions/petition/text.py): letters without a picture.
const UNSEEN =
  /^[\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\u{1D159}\uFFF9-\uFFFB]*$/u;

/**
 * What somebody wrote, as it is kept. Ends are trimmed, and a tab is a space: it comes from pasting
 * only. What nobody would see anything of is nothing.
 *
 * @param {string} typed
 */
export function written(typed) {
  return UNSEEN.test(typed) ? "" : typed.replaceAll("\t", " ").trim();
}

/**
 * What a signer wrote.
 *
 * @returns {import("./crypto/seal.js").Contents & {country: string}}
 */
export function readForm() {
  const text = (/** @type {HTMLInputElement | HTMLTextAreaElement} */ $field) =>
    written($field.value);
  return {
    name: text($("name", HTMLInputElement)),
    email: text($("email", HTMLInputElement)),
    country: $("country", HTMLSelectElement).value,
    message: text($("message", HTMLTextAreaElement)),
    consent: {
      delivery: $("delivery", HTMLInputElement).checked,
      news: $("news", HTMLInputElement).checked,
    },
  };
}

/** @param {Fault} fault */
function sentence({ key, values, detail = "" }) {
  return key ? say(key, values) : say("fault.refused", { detail });
}

/**
 * Lists the faults above the form, repeats each at its field, and moves the focus to the list.
 * They follow the language of the page.
 *
 * @param {HTMLFormElement} $form
 * @param {Fault[]} faults
 */
export function showFaults($form, faults) {
  list($form, faults);
  goTo($("faults"));
}

/** @param {HTMLFormElement} $form @param {Fault[]} faults */
function list($form, faults) {
  clearFaults($form);
  if (!faults.length) return;
  shown = { $form, faults };
  $("faults-list").replaceChildren(...faults.map((fault) => row($form, fault)));
  $("faults").hidden = false;
  document.title = say("fault.title") + bareTitle;
}

/**
 * Takes each fault away as soon as it is mended, and says nothing new meanwhile.
 *
 * @param {HTMLFormElement} $form
 * @param {() => Fault[]} faultsNow of what is written in it
 */
export function mendFaults($form, faultsNow) {
  $form.addEventListener("input", ({ target }) => {
    if (!shown) return;
    const now = faultsNow();
    const written = target instanceof HTMLElement ? `#/${target.id}` : "";
    const left = shown.faults.flatMap((fault) => {
      // What only the server knows to be wrong is given the benefit of the doubt.
      if (!fault.key) return fault.pointer === written ? [] : [fault];
      return now.filter(({ pointer, key }) => pointer === fault.pointer && key === fault.key);
    });
    list($form, left);
  });
}

/** @param {HTMLFormElement} $form @param {Fault} fault */
function row($form, fault) {
  const $row = document.createElement("li");
  const id = fault.pointer.slice(fault.pointer.lastIndexOf("/") + 1);
  const $field = $form.elements.namedItem(id);
  if (!($field instanceof HTMLElement) || $field.id !== id) {
    $row.textContent = sentence(fault);
    return $row;
  }
  const $link = document.createElement("a");
  $link.href = `#${id}`;
  $link.textContent = sentence(fault);
  $link.addEventListener("click", (event) => {
    event.preventDefault();
    goTo($field);
  });
  $row.append($link);
  markField($field, sentence(fault));
  return $row;
}

/** @param {HTMLElement} $field @param {string} text */
function markField($field, text) {
  const $fault = document.getElementById(`${$field.id}-fault`);
  $field.setAttribute("aria-invalid", "true");
  if (!$fault) return;
  $fault.textContent = text;
  $fault.hidden = false;
  const described = new Set(($field.getAttribute("aria-describedby") ?? "").split(" "));
  $field.setAttribute("aria-describedby", [...described.add($fault.id)].join(" ").trim());
}

/** @param {HTMLFormElement} $form */
export function clearFaults($form) {
  if (shown) document.title = bareTitle;
  shown = undefined;
  $("faults").hidden = true;
  for (const $fault of $form.querySelectorAll(".fault")) $fault.setAttribute("hidden", "");
  for (const $field of $form.querySelectorAll("[aria-invalid]")) {
    $field.removeAttribute("aria-invalid");
  }
}
