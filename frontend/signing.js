/** Turns what a signer wrote into the sealed form that may leave the browser. */

import { addressRules, config, functionUrl } from "./config.js";
import { addressTag, canonicalAddress } from "./crypto/address.js";
import { toBase64Url } from "./crypto/base64url.js";
import { newReceipt, receiptHash } from "./crypto/receipt.js";
import { sealContents } from "./crypto/seal.js";
import { language } from "./language.js";
import { via } from "./via.js";

export { thankWith } from "./thanks.js";

/**
 * One receipt for each address during this visit: if an answer was lost, the first attempt may be
 * the one that is stored, and its receipt must still be the one that the signer gets.
 *
 * @type {Map<string, import("./crypto/digest.js").Bytes>}
 */
const receipts = new Map();

/**
 * @param {ReturnType<import("./form.js").readForm>} form without faults
 * @returns {Promise<{url: string, body: object, receipt: Uint8Array}>}
 */
export async function prepareSignature(form) {
  const [{ petition, seal_public_key: publicKey }, rules] = await Promise.all([
    config(),
    addressRules(),
  ]);
  const canonical = canonicalAddress(form.email, rules);
  if (canonical === null) throw new RangeError("no address");
  const receipt = receipts.get(canonical) ?? newReceipt();
  receipts.set(canonical, receipt);

  const body = {
    address_tag: toBase64Url(await addressTag(canonical, petition)),
    sealed: toBase64Url(await sealContents(form, publicKey, petition)),
    receipt_hash: toBase64Url(await receiptHash(receipt, petition)),
    country: form.country,
    language: language(),
    ...via(),
  };
  return { url: await functionUrl("sign"), body, receipt };
}
