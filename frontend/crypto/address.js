/**
 * One person's address in one form, however it is typed, so that nobody is counted twice.
 * The same rules as functions/petition/address.py; tests/vectors/addresses.json holds both to it.
 */

import { slowDigest, utf8 } from "./digest.js";

/**
 * @typedef {object} Provider
 * @property {string[]} domains
 * @property {string} [canonical] the domain that stands for all of them
 * @property {string} [separator] where it is not the usual one
 * @property {Record<string, string>} [fold] characters that are others, or none, to this provider
 */

/**
 * @typedef {object} AddressRules what addresses.json holds
 * @property {string} separator between a mailbox and a tag of the person's own
 * @property {Provider[]} providers
 */

/** @type {Omit<Provider, "domains">} */
const NO_RULES = {};

const MAX_ADDRESS_OCTETS = 254; // RFC 5321 section 4.5.3.1.3, less the angle brackets
const MAX_LOCAL_OCTETS = 64; // RFC 5321 section 4.5.3.1.1
const TAG_ITERATIONS = 200_000; // as functions/petition/claim.py has them, and says why
const LOCAL = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const DOMAIN = /^[\p{L}\p{M}\p{N}.-]+$/u;
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/; // RFC 1123 section 2.1
const RESERVED_LABEL = /^(?!xn)..--/; // RFC 5891 section 4.2.3.1

/**
 * Splits an address that a mail server could take.
 *
 * @param {string} address as typed
 * @returns {{local: string, domain: string} | null} the domain in ASCII; null when it is no address
 */
export function parseAddress(address) {
  const plain = address.normalize("NFKC").replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  // Again, because a small letter can have a composed form that its capital lacks: J and a caron.
  const lower = plain.toLowerCase().normalize("NFKC");
  const at = lower.lastIndexOf("@");
  const local = lower.slice(0, Math.max(at, 0));
  const domain = toAscii(lower.slice(at + 1).replaceAll("\u3002", "."));
  if (at < 1 || domain === null || !LOCAL.test(local)) return null;
  if (utf8(local).length > MAX_LOCAL_OCTETS) return null;
  if (utf8(`${local}@${domain}`).length > MAX_ADDRESS_OCTETS) return null;
  return { local, domain };
}

/**
 * The browser's own UTS 46 processing, by way of its URL parser.
 *
 * @param {string} domain
 * @returns {string | null}
 */
function toAscii(domain) {
  if (!DOMAIN.test(domain)) return null;
  let ascii = domain;
  try {
    if (/[^ -~]/.test(domain)) ascii = new URL(`https://${domain}/`).hostname;
  } catch {
    return null;
  }
  const labels = ascii.split(".");
  const sound = labels.every((label) => LABEL.test(label) && !RESERVED_LABEL.test(label));
  return sound && labels.length >= 2 && !/^\d+$/.test(labels[labels.length - 1]) ? ascii : null;
}

/**
 * @param {string} address as typed
 * @param {AddressRules} rules
 * @returns {string | null} null when it is no address
 */
export function canonicalAddress(address, rules) {
  const parts = parseAddress(address);
  if (!parts) return null;
  const provider = rules.providers.find(({ domains }) => domains.includes(parts.domain)) ?? NO_RULES;

  const cut = parts.local.indexOf(provider.separator ?? rules.separator, 1);
  const local = cut > 0 ? parts.local.slice(0, cut) : parts.local;
  const folded = Array.from(local, (character) => provider.fold?.[character] ?? character).join("");
  return `${folded || parts.local}@${provider.canonical ?? parts.domain}`;
}

/**
 * What `sign` recognises a repeat by. Whoever sees it can only guess at the address, and every guess
 * takes as long as this does.
 *
 * @param {string} canonical
 * @param {string} petition
 * @returns {Promise<import("./digest.js").Bytes>} 32 bytes
 */
export function addressTag(canonical, petition) {
  return slowDigest("savemyfriend/address/2", petition, utf8(canonical), TAG_ITERATIONS);
}
