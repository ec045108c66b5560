/** The share panel: a link of one's own, and each network's way of taking it. */

import { ask } from "./asking.js";
import { petition } from "./config.js";
import { copy } from "./copying.js";
import { $, goTo } from "./element.js";
import { language, say, whenPhrased } from "./language.js";
import { via } from "./via.js";

/**
 * @typedef {object} Link
 * @property {string} language of the page that it leads to
 * @property {string} url
 * @property {string} qr_url
 * @property {{network: string, label: string, href: string}[]} targets
 */

const TIMEOUT_MILLISECONDS = 20_000; // as delivery.js

/** @type {Map<string, Promise<Link>>} one for each language, made when it is asked for */
const links = new Map();
/** @type {Link | undefined} the one in the panel */
let shown;

$("share-copy").addEventListener("click", () => copyLink("share.copied"));
$("share-device").addEventListener("click", shareWithDevice);
whenPhrased(() => {
  // The panel follows the language; its old link stays until there is one in the new language.
  if (shown) openSharing().catch(() => tell(say("share.failed")));
});

/**
 * Makes the link and shows the panel.
 *
 * @returns {Promise<void>}
 * @throws {TypeError} when there was no answer; the button to try again stays
 */
export async function openSharing() {
  tell("");
  $("share-make", HTMLButtonElement).disabled = true;
  try {
    const link = await linkIn(language());
    // The language may have changed meanwhile.
    if (link.language !== language()) return await openSharing();
    showLink(link);
    await showQr(link);
  } finally {
    $("share-make", HTMLButtonElement).disabled = false;
  }
}

/** @param {string} text */
function tell(text) {
  $("share-status").textContent = text;
}

/** @param {string} wanted a language @returns {Promise<Link>} */
function linkIn(wanted) {
  const known = links.get(wanted);
  if (known) return known;

  const making = makeLink(wanted);
  making.catch(() => links.delete(wanted));
  links.set(wanted, making);
  return making;
}

/** @param {string} wanted a language @returns {Promise<Link>} */
async function makeLink(wanted) {
  const body = { language: wanted, ...via() };
  const answer = await ask("share_link", { body, milliseconds: TIMEOUT_MILLISECONDS });
  if (answer.status !== 201) throw new TypeError(`share-link answered ${answer.status}`);
  return { ...answer.body, language: wanted };
}

/** @param {Link} link */
function showLink(link) {
  shown = link;
  $("share-make").hidden = true;
  $("share-panel").hidden = false;
  $("share-device").hidden = !("share" in navigator);
  $("share-url", HTMLInputElement).value = link.url;
  // They come in the order of the language; copying has a button of its own.
  const targets = link.targets.filter(({ network }) => network !== "copy");
  $("share-networks").replaceChildren(...targets.map(item));
}

/**
 * Networks that take no link from a page.
 *
 * @type {Record<string, (() => void) | undefined>}
 */
const ACTS = { wechat: goToQr, kakaotalk: shareWithKakaoTalk };

/** @param {Link["targets"][number]} target */
function item({ network, label, href }) {
  const act = ACTS[network];
  const $item = document.createElement("li");
  const $target = document.createElement(act ? "button" : "a");
  $target.textContent = label;
  $target.dataset.network = network;
  if (act) $target.addEventListener("click", act);
  else Object.assign($target, { href, target: "_blank", rel: "noopener noreferrer" });
  $item.append($target);
  return $item;
}

/** KakaoTalk has no address for sharing: its app takes what the device hands it, or a paste. */
function shareWithKakaoTalk() {
  return "share" in navigator ? shareWithDevice() : copyLink("share.kakaotalk", "kakaotalk");
}

/** WeChat scans; a code that did not come the first time is asked for again. */
async function goToQr() {
  if (shown && $("share-qr").hidden) await showQr(shown);
  if (!$("share-qr").hidden) goTo($("share-qr"));
}

/**
 * What is handed on: the petition's sentence in the link's language, and the link itself.
 *
 * @param {string} network with which the link is marked
 */
async function whatToShare(network) {
  if (!shown) throw new TypeError("there is no link yet");
  const { language: spoken, targets, url } = shown;
  const marked = targets.find((target) => target.network === network)?.href ?? `${url}.${network}`;
  const campaign = await petition().catch(() => null);
  return { text: campaign?.texts[spoken].share ?? "", url: marked };
}

/** @param {string} said key of what to say then @param {string} network */
async function copyLink(said, network = "copy") {
  const { text, url } = await whatToShare(network);
  const copied = await copy(`${text} ${url}`.trim());
  tell(say(copied ? said : "copy.failed"));
}

async function shareWithDevice() {
  const what = await whatToShare("device");
  // Rejected when the person changes their mind, which is no failure.
  await navigator.share(what).catch(() => {});
}

/**
 * Shows the link as a code to scan. It is fetched rather than linked, so that the page needs no
 * right to show pictures from elsewhere; without it, everything else in the panel works.
 *
 * @param {Link} link
 */
async function showQr(link) {
  const picture = await fetchQr(link.qr_url).catch(() => null);
  if (link !== shown) return;
  $("share-qr").hidden = !picture;
  if (!picture) return tell(say("share.qr_failed"));

  const $picture = $("share-qr-image", HTMLImageElement);
  URL.revokeObjectURL($picture.src);
  $picture.src = URL.createObjectURL(picture);
  $picture.alt = say("share.qr_alt");
}

/**
 * @param {string} url as share-link names it, which may be out of reach: its last part is asked for
 *   at all addresses
 * @returns {Promise<Blob>}
 */
async function fetchQr(url) {
  const path = url.slice(url.lastIndexOf("/"));
  const { body } = await ask("share_link", { path, milliseconds: TIMEOUT_MILLISECONDS }, pictureOf);
  if (!(body instanceof Blob)) throw new TypeError("share-link knows no such picture");
  return body;
}

/** @param {Response} answer */
async function pictureOf(answer) {
  const type = answer.headers.get("Content-Type") ?? "";
  if (!type.startsWith("image/")) throw new TypeError(`${answer.url} answered no picture`);
  return answer.blob();
}
