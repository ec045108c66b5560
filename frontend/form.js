/** A form on the page: what is written in it, and the summary that takes a person to each fault. */

import { $, goTo } from "./element.js";
import { language, say, titlePage } from "./language.js";

/** @typedef {import("./faults.js").Fault} Fault */

/**
 * What a signer wrote. Ends are trimmed, and a tab is a space: it comes from pasting only.
 *
 * @returns {import("./crypto/seal.js").Contents & {country: string}}
 */
export function readForm() {
  const text = (/** @type {HTMLInputElement | HTMLTextAreaElement} */ $field) =>
    $field.value.replaceAll("\t", " ").trim();
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

/** Names those whom the list of names is handed to, as the plea in the page does. */
export function nameRecipients() {
  const addressed = document.querySelector(`article[lang="${language()}"] .addressed`);
  $("recipients").textContent = addressed?.textContent ?? "";
}

/** @param {Fault} fault */
function sentence({ key, values, detail = "" }) {
  return key ? say(key, values) : say("fault.refused", { detail });
}

/**
 * Lists the faults above the form, repeats each at its field, and moves the focus to the list.
 *
 * @param {HTMLFormElement} $form
 * @param {Fault[]} faults
 */
export function showFaults($form, faults) {
  clearFaults($form);
  const $summary = $("faults");
  $("faults-list").replaceChildren(...faults.map((fault) => row($form, fault)));
  $summary.hidden = false;
  titlePage(say("fault.title"));
  goTo($summary);
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
  $("faults").hidden = true;
  for (const $fault of $form.querySelectorAll(".fault")) $fault.setAttribute("hidden", "");
  for (const $field of $form.querySelectorAll("[aria-invalid]")) {
    $field.removeAttribute("aria-invalid");
  }
  titlePage();
}
