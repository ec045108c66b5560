/** The share panel: a link of one's own, and each network's way of taking it. */

import { functionUrl, petition } from "./config.js";
import { copy } from "./copying.js";
import { $, goTo } from "./element.js";
import { language, say, whenPhrased } from "./language.js";
import { poll } from "./poll.js";
import { via } from "./via.js";

const BROUGHT_SECONDS = 60; // each answer costs the petition a query
const FLOOR = 10; // below it the server says 0, so that nobody is recognised

/**
 * @typedef {object} Link
 * @property {string} url
 * @property {string} signatures_url
 * @property {string} qr_url
 * @property {{network: string, label: string, href: string}[]} targets
 */

/** @type {Map<string, Link>} one for each language, made when it is asked for */
const links = new Map();
/** @type {{now: () => void} | undefined} set once the panel is open */
let polling;

$("share-copy").addEventListener("click", () => copyLink("share.copied"));
$("share-device").addEventListener("click", shareWithDevice);
whenPhrased(() => {
  // The panel follows the language; its old link stays until there is one in the new language.
  if (polling) openSharing().catch(() => tell(say("share.failed")));
});

/**
 * Makes the link and shows the panel.
 *
 * @throws {TypeError} when there was no answer; the button to try again stays
 */
export async function openSharing() {
  tell("");
  $("share-make", HTMLButtonElement).disabled = true;
  try {
    const link = links.get(language()) ?? (await makeLink());
    links.set(language(), link);
    showLink(link);
    await showQr(link);
  } finally {
    $("share-make", HTMLButtonElement).disabled = false;
  }
}

/** @returns {Link} */
function shownLink() {
  const link = links.get(language());
  if (!link) throw new TypeError("no link in this language yet");
  return link;
}

/** @param {string} text */
function tell(text) {
  $("share-status").textContent = text;
}

/** @returns {Promise<Link>} */
async function makeLink() {
  const answer = await fetch(await functionUrl("share_link"), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ language: language(), ...via() }),
  });
  if (!answer.ok) throw new TypeError(`share-link answered ${answer.status}`);
  return answer.json();
}

/** @param {Link} link */
function showLink(link) {
  $("share-make").hidden = true;
  $("share-panel").hidden = false;
  $("share-device").hidden = !("share" in navigator);
  $("share-url", HTMLInputElement).value = link.url;
  // They come in the order of the language; copying has a button of its own.
  const targets = link.targets.filter(({ network }) => network !== "copy");
  $("share-networks").replaceChildren(...targets.map(item));
  if (polling) polling.now();
  else polling = poll(showBrought, BROUGHT_SECONDS);
}

/**
 * Networks that take no link from a page.
 *
 * @type {Record<string, (() => void) | undefined>}
 */
const ACTS = { wechat: () => goTo($("share-qr")), kakaotalk: shareWithKakaoTalk };

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

/** @param {string} network @returns {string} the link, marked with the network it goes out on */
function linkFor(network) {
  const { targets, url } = shownLink();
  return targets.find((target) => target.network === network)?.href ?? `${url}.${network}`;
}

async function shareText() {
  return (await petition()).texts[language()].share;
}

/** @param {string} said key of what to say then @param {string} network */
async function copyLink(said, network = "copy") {
  const text = await shareText().catch(() => "");
  const copied = await copy(`${text} ${linkFor(network)}`.trim());
  tell(say(copied ? said : "copy.failed"));
}

async function shareWithDevice() {
  const text = await shareText().catch(() => "");
  // Rejected when the person changes their mind, which is no failure.
  await navigator.share({ text, url: linkFor("device") }).catch(() => {});
}

/**
 * Fetched rather than linked, so that the page needs no right to show pictures from elsewhere.
 *
 * @param {Link} link
 */
async function showQr(link) {
  const answer = await fetch(link.qr_url);
  if (!answer.ok) throw new TypeError(`the code answered ${answer.status}`);
  const picture = new Blob([await answer.text()], { type: "image/svg+xml" });
  const $picture = $("share-qr-image", HTMLImageElement);
  URL.revokeObjectURL($picture.src);
  $picture.src = URL.createObjectURL(picture);
  $picture.alt = say("share.qr_alt");
  $("share-qr").hidden = false;
}

async function showBrought() {
  const answer = await fetch(shownLink().signatures_url);
  if (!answer.ok) throw new TypeError(`share-link answered ${answer.status}`);
  const { signatures } = await answer.json();
  $("share-brought").textContent =
    signatures < FLOOR ? say("share.few") : say("share.brought", { count: signatures });
}
