/** What the deployment says: each file is fetched once, and again if that failed. */

import { jsonOf } from "./answer.js";

/**
 * @typedef {object} Config
 * @property {string} petition the petition's id
 * @property {{sign: string, count: string, share_link: string, withdraw: string}} functions
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
 * How mail providers write one address in several ways.
 *
 * @returns {Promise<import("./crypto/address.js").AddressRules>}
 */
export function addressRules() {
  return file("addresses.json");
}

/**
 * The address of a function, for this petition.
 *
 * @param {"sign" | "count" | "share_link" | "withdraw"} name
 */
export async function functionUrl(name) {
  const { functions, petition: id } = await config();
  return new URL(`${functions[name]}/${id}`, location.href).href;
}
