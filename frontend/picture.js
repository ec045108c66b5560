/** Pictures of codes, which lead to a link whoever serves the page. */

import { $ } from "./element.js";
import { drawPng } from "./png.js";
import { qrModules } from "./qr.js";

const SCALE = 10; // ours: pixels of a module, so that the picture is wider than the 300 that WeChat asks for
const QUIET = 4; // modules of white around a code, ISO/IEC 18004 section 6.3.8

/** @param {string} url @returns {Blob} a PNG */
export function drawCode(url) {
  return drawPng(qrModules(url), SCALE, QUIET);
}

/** @param {HTMLImageElement} $image @param {Blob} picture @param {string} alt */
export function showPicture($image, picture, alt) {
  URL.revokeObjectURL($image.src);
  $image.src = URL.createObjectURL(picture);
  $image.alt = alt;
}

/**
 * Prints the page as a poster: what is asked, the plea's beginning, and the code (style.css).
 *
 * @param {Blob} picture of the code
 * @param {string} url for whoever types it
 * @param {string} alt
 */
export async function printPoster(picture, url, alt) {
  const $image = $("poster-image", HTMLImageElement);
  showPicture($image, picture, alt);
  $("poster-url").textContent = url.replace(/^https?:\/\//, "");
  await $image.decode();
  document.documentElement.classList.add("poster");
  addEventListener("afterprint", () => document.documentElement.classList.remove("poster"), {
    once: true,
  });
  print();
}
