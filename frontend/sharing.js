/** The share panel: a link of one's own, one large way to pass it on, and all the others. */

import { fromRoot, functionUrls, petitionId } from "./config.js";
import { copy, save } from "./copying.js";
import { $, goTo } from "./element.js";
import { language, say, whenPhrased } from "./language.js";
import { linkIn } from "./links.js";
import { drawCode, printPoster, showPicture } from "./picture.js";
import { carry } from "./via.js";
import { listWays, way } from "./ways.js";

/** @typedef {import("./links.js").Link} Link */

const $choice = $("share-language", HTMLSelectElement);
const hasSheet = "share" in navigator;

/** @type {Link | undefined} the one in the panel */
let shown;
let chosen = ""; // the link's language, if it is not to follow the page

$("share-copy").addEventListener("click", () => copyLink("share.copied"));
$("share-poster").addEventListener("click", printLink);
$("share-save").addEventListener("click", saveQr);
$choice.addEventListener("change", () => {
  chosen = $choice.value;
  reopen();
});
whenPhrased(() => {
  // The panel follows the language; its old link stays until there is one in the new language.
  if (shown) reopen();
});

function reopen() {
  openSharing().catch(() => tell("share.failed"));
}

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
    const link = await linkIn(wanted());
    // The language may have changed meanwhile.
    if (link.language !== wanted()) return await openSharing();
    showLink(link);
    showQr(link);
  } finally {
    $("share-make", HTMLButtonElement).disabled = false;
  }
}

function wanted() {
  return chosen || language();
}

/** @param {string} key of a phrase, or "" */
function tell(key) {
  $("share-status").textContent = key && say(key);
}

/** @param {Link} link */
async function showLink(link) {
  shown = link;
  carry(link.code);
  $("share-make").hidden = true;
  $("share-panel").hidden = false;
  $("share-url", HTMLInputElement).value = link.url;
  $("share-first").replaceChildren(...firstWay(link));
  // They come in the order of the language; copying has a button of its own.
  const targets = link.targets.filter(({ network }) => network !== "copy");
  listWays($("share-networks"), targets, (network) => actOf(link, network));
  showLanguages(link);
  $("share-badge", HTMLInputElement).value = await badgeLine();
  $("share-card", HTMLImageElement).src = card(link);
}

/**
 * The one large way: the device's own sheet; where there is none, what people of the language use
 * most. For WeChat that is the code, which stands there itself.
 *
 * @param {Link} link
 */
function firstWay(link) {
  const isWeChat = !hasSheet && language() === "zh-Hans";
  $("share-networks")[isWeChat ? "before" : "after"]($("share-qr"));
  if (isWeChat) return [];
  if (hasSheet) return [button(say("share.first_device"), () => shareWithDevice("device"), "device")];
  const [first] = link.targets;
  const $way = way(first, actOf(link, first.network));
  $way.className = "main";
  $way.textContent =
    first.network === "kakaotalk"
      ? say("share.first_kakaotalk")
      : say("share.first_network", { network: first.label });
  return [$way];
}

/** @param {string} text @param {() => void} act @param {string} network */
function button(text, act, network) {
  const $button = document.createElement("button");
  $button.type = "button";
  $button.className = "main";
  $button.dataset.way = network;
  $button.textContent = text;
  $button.addEventListener("click", act);
  return $button;
}

/**
 * Networks that take no link from a page.
 *
 * @type {Record<string, (() => void) | undefined>}
 */
const ACTS = { wechat: goToQr, kakaotalk: shareWithKakaoTalk };

/** @param {Link} link @param {string} network */
function actOf({ kakaoTalk }, network) {
  return network === "kakaotalk" && kakaoTalk ? undefined : ACTS[network];
}

/** @param {Link} link */
function showLanguages(link) {
  const languages = document.documentElement.dataset.languages?.split(" ") ?? [];
  const options = languages.map((tag) => {
    const name = document.querySelector(`[data-pin="${tag}"]`)?.textContent ?? tag;
    return new Option(name, tag, false, tag === link.language);
  });
  $choice.replaceChildren(...options);
}

/** KakaoTalk has no address for sharing: its app takes what the device hands it, or a paste. */
function shareWithKakaoTalk() {
  return hasSheet ? shareWithDevice("kakaotalk") : copyLink("share.kakaotalk", "kakaotalk");
}

/** WeChat scans. */
function goToQr() {
  goTo($("share-qr"));
}

/** @param {string} mark with which the link is marked */
function whatToShare(mark) {
  if (!shown) throw new TypeError("there is no link yet");
  return { text: shown.text, url: `${shown.url}.${mark}` };
}

/** @param {string} said key of what to say then @param {string} mark */
async function copyLink(said, mark = "copy") {
  const { text, url } = whatToShare(mark);
  tell((await copy(`${text} ${url}`)) ? said : "copy.failed");
}

/** @param {string} mark */
async function shareWithDevice(mark) {
  // Rejected when the person changes their mind, which is no failure.
  await navigator.share(whatToShare(mark)).catch(() => {});
}

/** @param {Link} link whose code, for WeChat, is shown */
function showQr({ url }) {
  $("share-qr").hidden = false;
  showPicture($("share-qr-image", HTMLImageElement), drawCode(`${url}.wechat`), say("share.qr_alt"));
}

/** The picture of the code for everybody who has paper, a screen or another app. */
function saveQr() {
  if (shown) save(drawCode(`${shown.url}.qr`), `${petitionId}.png`);
}

async function printLink() {
  if (shown) await printPoster(drawCode(`${shown.url}.qr`), shown.url, say("share.qr_alt"));
}

/** The picture that networks show beside the link; some take it from this page itself. @param {Link} link */
function card({ language: spoken }) {
  return fromRoot(`cards/${petitionId}-${spoken}-${document.documentElement.dataset.stage}.png`);
}

/** A line of HTML that shows the current number on somebody's page. */
async function badgeLine() {
  const [url] = await functionUrls("count");
  const badge = `${url}/badge.${language()}.svg`;
  const page = new URL(`.?lang=${language()}`, location.href).href;
  const alt = document.title.replace(/[&"<]/g, (found) => `&#${found.charCodeAt(0)};`);
  return `<a href="${page}"><img src="${badge}" alt="${alt}"></a>`;
}
