/** Pictures of codes: fetched rather than linked, so that the page needs no right to foreign ones. */

import { $ } from "./element.js";

/**
 * @param {string} url
 * @returns {Promise<Blob>}
 * @throws {TypeError} when no picture came, but perhaps a filter's page
 */
export async function fetchPicture(url) {
  const answer = await fetch(url);
  const type = answer.headers.get("Content-Type") ?? "";
  if (!answer.ok || !type.startsWith("image/")) throw new TypeError(`${url} answered no picture`);
  return answer.blob();
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
