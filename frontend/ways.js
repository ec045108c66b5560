/** The networks that a link can be shared on, each with its own sign and name. */

import { SIGNS } from "./signs.js";

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {import("./links.js").Target} Target */

/**
 * Shows all ways in a list.
 *
 * @param {HTMLElement} $list
 * @param {Target[]} targets in their order
 * @param {(network: string) => (() => void) | undefined} actOf what is done instead of following
 *   a link, for networks that take none from a page
 */
export function listWays($list, targets, actOf) {
  const items = targets.map((target) => {
    const $item = document.createElement("li");
    const $way = way(target, actOf(target.network));
    $way.dataset.network = target.network;
    $way.prepend(sign(target));
    $item.append($way);
    return $item;
  });
  $list.replaceChildren(...items);
}

/** @param {Target} target @param {(() => void) | undefined} act @returns {HTMLElement} */
export function way({ label, href }, act) {
  const $way = document.createElement(act ? "button" : "a");
  $way.textContent = label;
  if ($way instanceof HTMLButtonElement) $way.type = "button";
  if (act) $way.addEventListener("click", act);
  else Object.assign($way, { href, target: "_blank", rel: "noopener noreferrer" });
  return $way;
}

/** The network's sign, or the first letter of its name; the name beside it says the same. @param {Target} target */
function sign({ network, label }) {
  const $sign = document.createElement("span");
  $sign.className = "logo";
  $sign.ariaHidden = "true";
  const drawn = SIGNS[network];
  if (drawn) $sign.append(draw(drawn));
  else $sign.textContent = network === "email" ? "@" : Array.from(label)[0];
  return $sign;
}

/** @param {string} path in a square of 24 */
function draw(path) {
  const $svg = document.createElementNS(SVG, "svg");
  const $path = document.createElementNS(SVG, "path");
  $svg.setAttribute("viewBox", "0 0 24 24");
  $path.setAttribute("d", path);
  $svg.append($path);
  return $svg;
}
