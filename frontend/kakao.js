/**
 * The page that opens KakaoTalk's own share. Kakao's program is foreign: it runs on this page alone,
 * where nobody types anything, and is asked for by a tap.
 */

import { campaign, config, fromRoot, petitionId } from "./config.js";
import { copy } from "./copying.js";
import { $, goTo } from "./element.js";
import { say } from "./language.js";
import { addressOf } from "./links.js";
import { isCode } from "./via.js";

// Kakao Developers, JavaScript, Download: the version, and the hash in the script tag it offers.
const SDK = "https://t1.kakaocdn.net/kakao_js_sdk/2.8.1/kakao.min.js";
const INTEGRITY = "sha384-OL+ylM/iuPLtW5U3XcvLSGhE8JzReKDank5InqlHGWPhb4140/yrBw0bg0y7+C9J";
const PATIENCE_MILLISECONDS = 8000; // ours: then it is taken for blocked

/**
 * @typedef {object} Message
 * @property {string} title
 * @property {string} text
 * @property {string} call
 * @property {string} card its address
 * @property {string} url
 */

/** @type {Promise<any> | undefined} */
let loading;

show();

async function show() {
  const message = await readMessage();
  $("nothing").hidden = Boolean(message);
  $("message").hidden = !message;
  if (!message) return;

  $("card", HTMLImageElement).src = message.card;
  $("told").textContent = `${message.text} ${message.url}`;
  $("open").addEventListener("click", () => open(message));
  $("copy").addEventListener("click", () => copyMessage(message, "share.copied"));
}

/**
 * What is to be shared: the fragment names a code, a language and a stage, and all words are the
 * petition's own, so that whoever makes up an address of this page cannot make up a message.
 *
 * @returns {Promise<Message | null>}
 */
async function readMessage() {
  const named = new URLSearchParams(location.hash.slice(1));
  const [code, spoken, stage] = ["code", "lang", "stage"].map((name) => named.get(name) ?? "");
  const { texts } = await campaign();
  if (!isCode(code) || !Object.hasOwn(texts, spoken)) return null;

  const words = texts[spoken];
  const stages = { before: {}, ...(words.after && { after: words.after }), ...words.outcomes };
  const known = Object.hasOwn(stages, stage) ? stage : "before";
  const { title, share, call } = { ...words, ...stages[known] };
  const card = fromRoot(`cards/${petitionId}-${spoken}-${known}.png`);
  return { title, text: share, call, card, url: `${await addressOf(code, spoken)}.kakaotalk` };
}

/** @param {Message} message */
async function open(message) {
  $("again").hidden = $("failed").hidden = true;
  try {
    const kakao = await program();
    // A browser opens a window only shortly after a tap; loading may have taken longer.
    const tapped = navigator.userActivation?.isActive ?? true;
    if (tapped) kakao.Share.sendDefault(template(message));
    else reveal("again");
  } catch {
    loading = undefined;
    reveal("failed");
    await copyMessage(message, "share.kakaotalk");
  }
}

/** @param {string} id */
function reveal(id) {
  $(id).hidden = false;
  goTo($(id));
}

/** @returns {Promise<any>} Kakao's program, which knows whose application this is */
function program() {
  loading ??= load();
  return loading;
}

async function load() {
  const { kakao_key } = await config();
  if (!kakao_key) throw new TypeError("there is no key for KakaoTalk");
  await loadScript();
  const { Kakao } = /** @type {any} */ (globalThis);
  if (!Kakao.isInitialized()) Kakao.init(kakao_key);
  return Kakao;
}

/** @returns {Promise<void>} */
function loadScript() {
  return new Promise((resolve, reject) => {
    const $script = document.createElement("script");
    const fail = () => reject(new TypeError("Kakao's program did not come"));
    const end = () => (("Kakao" in globalThis) ? resolve() : fail());
    Object.assign($script, { src: SDK, integrity: INTEGRITY, crossOrigin: "anonymous" });
    $script.addEventListener("load", end);
    $script.addEventListener("error", fail);
    setTimeout(fail, PATIENCE_MILLISECONDS);
    document.head.append($script);
  });
}

/** The message as Kakao wants it: its template "feed", whose links must be of a registered domain. @param {Message} message */
function template({ title, text, call, card, url }) {
  const link = { mobileWebUrl: url, webUrl: url };
  return {
    objectType: "feed",
    content: { title, description: text, imageUrl: card, imageWidth: 1200, imageHeight: 630, link },
    buttons: [{ title: call, link }],
  };
}

/** @param {Message} message @param {string} said key of what to say then */
async function copyMessage({ text, url }, said) {
  $("copied").textContent = say((await copy(`${text} ${url}`)) ? said : "copy.failed");
}
