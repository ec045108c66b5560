/** Share links: made when they are asked for, one for each language; a mirror's lead to the mirror. */

import { ask } from "./asking.js";
import { config, fromRoot, petitionId } from "./config.js";
import { via } from "./via.js";

/** @typedef {{network: string, label: string, href: string}} Target */

/**
 * @typedef {object} Link
 * @property {string} language of the page that it leads to
 * @property {string} code
 * @property {string} url ends with the code, so that ".weibo" behind it marks it
 * @property {string} text what the petition says now, in one post
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
  const link = { ...body, language: spoken };
  return (await config()).mirror ? leadHere(link) : link;
}

/**
 * Whoever reads a mirror may not reach the functions' own address, nor may their friends: there the
 * link is the mirror's own page of this petition, which knows language and code itself.
 *
 * @param {Link} link
 * @returns {Link}
 */
function leadHere(link) {
  const [name] = location.pathname.match(/[^/]*$/) ?? [""]; // "index.html", where the host needs it
  const page = new URL(fromRoot(`${petitionId}/${name}`));
  page.search = String(new URLSearchParams({ lang: link.language, via: link.code }));
  const url = page.href;
  const lead = (/** @type {string} */ href) =>
    href.replaceAll(encodeURIComponent(link.url), encodeURIComponent(url)).replaceAll(link.url, url);
  const targets = link.targets.map((target) => ({ ...target, href: lead(target.href) }));
  return { ...link, url, targets };
}
