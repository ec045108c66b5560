/**
 * The tag of the signer's address: slow to make, so it is begun while the person still types, and
 * never made twice. WebCrypto makes it beside the page's own thread.
 */

import { addressRules, petitionId } from "./config.js";
import { addressTag, canonicalAddress } from "./crypto/address.js";

const PAUSE_MILLISECONDS = 400; // ours: longer than between two keys, shorter than between fields

/** @type {Map<string, ReturnType<typeof addressTag>>} by canonical address, for this visit */
const tags = new Map();

/**
 * @param {string} canonical
 * @param {string} petition
 */
export function tagOf(canonical, petition) {
  const known = tags.get(canonical);
  if (known) return known;

  const tag = addressTag(canonical, petition);
  tag.catch(() => tags.delete(canonical));
  tags.set(canonical, tag);
  return tag;
}

/**
 * Begins the tag of whatever address a field holds, in each pause of typing.
 *
 * @param {HTMLInputElement} $field
 */
export function startTagging($field) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pausing;
  const begin = () => {
    clearTimeout(pausing);
    // What fails here fails again when the form is sent, and is told then.
    pausing = setTimeout(() => tagNow($field.value).catch(() => {}), PAUSE_MILLISECONDS);
  };
  $field.addEventListener("input", begin);
  begin();
}

/** @param {string} address as far as it is typed */
async function tagNow(address) {
  const canonical = canonicalAddress(address, await addressRules());
  if (canonical) await tagOf(canonical, petitionId);
}
