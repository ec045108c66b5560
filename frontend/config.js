/**
 * What the deployment says: each file is fetched once, and again if that failed.
 *
 * The page itself names its petition and the way from it to the root, where these files lie.
 */

/** @typedef {"sign" | "count" | "share_link" | "withdraw"} FunctionName */

/**
 * @typedef {object} Config
 * @property {Partial<Record<FunctionName, string[]>>} functions addresses of each, in the order in
 *   which they are to be asked; relative ones are from the root; a burnt petition has no `sign`
 * @property {string} [kakao_key] of the organizers' application at Kakao, for KakaoTalk's own share
 * @property {boolean} [mirror] whether this page is a mirror, whose links lead to itself
 * @property {string} seal_public_key base64url of the organizers' 65-byte P-256 point
 * @property {string} envelope_public_key the same of `sign`
 */

const { petition: id = "", root = "" } = document.documentElement.dataset;

/** The petition's id. */
export const petitionId = id;

/** @param {string} path from the root, or a whole address @returns {string} the address */
export function fromRoot(path) {
  return new URL(path, new URL(root, document.baseURI)).href;
}

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
  const answer = await fetch(fromRoot(path));
  if (!answer.ok) throw new TypeError(`${path} answered ${answer.status}`);
  return jsonOf(answer);
}

/**
 * What came back over a network, which may have put something of its own in the place of ours.
 *
 * @param {Response} answer
 * @returns {Promise<any>}
 * @throws {TypeError} like a failing network: the body did not arrive, or is no JSON, such as the
 *   page of a hotel or a filter
 */
export async function jsonOf(answer) {
  try {
    return await answer.json();
  } catch {
    throw new TypeError(`${answer.url} did not answer with JSON`);
  }
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

/** The petition's texts and settings, as functions/campaigns has them. @returns {Promise<any>} */
export function campaign() {
  return file(`petitions/${petitionId}.json`);
}

/**
 * The addresses of a function, for a petition.
 *
 * @param {FunctionName} name
 * @param {string} [petition] its id; the page's own if none is given
 * @returns {Promise<string[]>} none if the deployment has no such function any more
 */
export async function functionUrls(name, petition = petitionId) {
  const { functions } = await config();
  return (functions[name] ?? []).map((url) => fromRoot(`${url}/${petition}`));
}
