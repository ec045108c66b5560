/** Elements of the page by their ids, and the way to them. */

/**
 * @template {HTMLElement} [E=HTMLElement]
 * @param {string} id
 * @param {new () => E} [kind] such as HTMLInputElement
 * @returns {E}
 * @throws {TypeError} when the page has none of that id and kind, which is a fault of ours
 */
export function $(id, kind = /** @type {new () => E} */ (HTMLElement)) {
  const $element = document.getElementById(id);
  if (!($element instanceof kind)) throw new TypeError(`no ${kind.name} has the id ${id}`);
  return $element;
}

/**
 * Scrolls to an element and gives it the focus.
 *
 * @param {HTMLElement} $target
 */
export function goTo($target) {
  const focusable = $target.matches("a, button, input, select, textarea, summary, [tabindex]");
  if (!focusable) $target.tabIndex = -1;
  // The label comes into view before the focus, as not every browser knows preventScroll.
  const $label = document.querySelector(`label[for="${$target.id}"]`);
  ($label ?? $target).scrollIntoView();
  $target.focus({ preventScroll: true });
}

/**
 * Calls back whenever a form is sent, and now if that happened before this module was there.
 *
 * @param {HTMLFormElement} $form
 * @param {() => void} act
 */
export function whenSent($form, act) {
  $form.addEventListener("submit", (event) => {
    event.preventDefault();
    act();
  });
  if ($form.dataset.sent) act();
}
