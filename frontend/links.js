/** Share links: made when they are asked for, one for each language; a mirror's lead to the mirror. */

import { ask } from "./asking.js";
import { config, fromRoot, functionUrls, petitionId } from "./config.js";
import { via } from "./via.js";

/** @typedef {{network: string, label: string, href: string}} Target */

/**
 * @typedef {object} Link
 * @property {string} language of the page that it leads to
 * @property {string} code
 * @property {string} url ends with the code, so that ".weibo" behind it marks it
 * @property {string} text what the petition says now, in one post
 * @property {boolean} kakaoTalk whether its target leads to KakaoTalk's own share
 * @property {Target[]} targets those first that people of the language use most
 */

/** @type {Map<string, Promise<Link>>} */
const links = new Map();

/**
 * @param {string} spoken a language
 * @returns {Promise<Link>}
 * @throws {TypeError} when there was no answer; it may be asked for again
 */
export function linkIn(spoken) {
  const known = links.get(spoken);
  if (known) return known;

  const making = makeLink(spoken);
  making.catch(() => links.delete(spoken));
  links.set(spoken, making);
  return making;
}

/** @param {string} spoken a language @returns {Promise<Link>} */
async function makeLink(spoken) {
  const { status, body } = await ask("share_link", { body: { language: spoken, ...via() } });
  if (status !== 201) throw new TypeError(`share-link answered ${status}`);
  const { mirror, kakao_key } = await config();
  /** @type {Link} */
  const link = { ...body, language: spoken, kakaoTalk: Boolean(kakao_key) };
  const url = mirror ? await addressOf(link.code, spoken) : link.url;
  return { ...link, url, targets: link.targets.map((target) => lead(target, link, url)) };
}

/**
 * The address that a code leads to its petition by.
 *
 * Whoever reads a mirror may not reach the functions' own address, nor may their friends: there it
 * is the mirror's own page of this petition, which knows language and code itself.
 *
 * @param {string} code
 * @param {string} spoken a language
 * @returns {Promise<string>}
 */
export async function addressOf(code, spoken) {
  if (!(await config()).mirror) return `${(await functionUrls("share_link"))[0]}/${code}`;
  const name = location.pathname.endsWith(".html") ? "index.html" : ""; // some hosts need it
  const page = new URL(fromRoot(`${petitionId}/${name}`));
  page.search = String(new URLSearchParams({ lang: spoken, via: code }));
  return page.href;
}

/** @param {Target} target @param {Link} link @param {string} url where it is to lead @returns {Target} */
function lead(target, link, url) {
  if (target.network === "kakaotalk" && link.kakaoTalk) return { ...target, href: kakaoPage(link) };
  const href = target.href
    .replaceAll(encodeURIComponent(link.url), encodeURIComponent(url))
    .replaceAll(link.url, url);
  return { ...target, href };
}

/** The page that opens KakaoTalk's own share: it is told no text, so nobody can put words into it. @param {Link} link */
function kakaoPage({ code, language: spoken }) {
  const page = new URL("kakao.html", location.href);
  const { lang, dataset } = document.documentElement;
  page.search = String(new URLSearchParams({ lang }));
  page.hash = String(new URLSearchParams({ code, lang: spoken, stage: dataset.stage ?? "" }));
  return page.href;
}
