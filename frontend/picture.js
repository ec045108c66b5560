/** Pictures of codes: fetched rather than linked, so that the page needs no right to foreign ones. */

import { ask } from "./asking.js";
import { $ } from "./element.js";

/**
 * @param {string} name of the picture below share-link, such as "7k2m9qx4tb.png": its address as
 *   share-link says it may be out of reach
 * @returns {Promise<Blob>}
 * @throws {TypeError} when no picture came, but perhaps a filter's page
 */
export async function fetchPicture(name) {
  const { body } = await ask("share_link", { path: `/${name}` }, pictureOf);
  if (!(body instanceof Blob)) throw new TypeError(`share-link has no ${name}`);
  return body;
}

/** @param {Response} answer */
async function pictureOf(answer) {
  const type = answer.headers.get("Content-Type") ?? "";
  if (!type.startsWith("image/")) throw new TypeError(`${answer.url} answered no picture`);
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
