/** What the deployment and the petition say: each file is fetched once, and again if that failed. */

import { jsonOf } from "./answer.js";

/** @typedef {"sign" | "count" | "share_link" | "withdraw"} FunctionName */

/**
 * @typedef {object} Config
 * @property {string} petition the petition's id
 * @property {Record<FunctionName, string[]>} functions addresses of each, in the order in which they
 *   are to be asked; relative ones are of the page's own host
 * @property {string} seal_public_key base64url of the organizers' 65-byte P-256 point
 * @property {string} envelope_public_key the same of `sign`
 */

/** @type {Map<string, Promise<any>>} */
const files = new Map();

/** @param {string} path @returns {Promise<any>} */
function file(path) {
  const known = files.get(path);
  if (known) return known;

  const loading = load(path);
  loading.catch(() => files.delete(path));
  files.set(path, loading);
  return loading;
}

/** @param {string} path */
async function load(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new TypeError(`${path} answered ${answer.status}`);
  return jsonOf(answer);
}

/** @returns {Promise<Config>} */
export function config() {
  return file("config.json");
}

/**
 * What the petition says.
 *
 * @typedef {object} Campaign
 * @property {Record<string, {share: string, outcomes: Record<string, {headline: string}>}>} texts by language
 * @property {{date: string, texts: Record<string, string>}[]} updates oldest first
 */

/** @returns {Promise<Campaign>} */
export async function petition() {
  return file(`petitions/${(await config()).petition}.json`);
}

/**
 * How mail providers write one address in several ways.
 *
 * @returns {Promise<import("./crypto/address.js").AddressRules>}
 */
export function addressRules() {
  return file("addresses.json");
}

/**
 * The addresses of a function, for a petition.
 *
 * @param {FunctionName} name
 * @param {string} [petition] its id; the page's own if none is given
 */
export async function functionUrls(name, petition) {
  const { functions, petition: own } = await config();
  return functions[name].map((url) => new URL(`${url}/${petition ?? own}`, location.href).href);
}
