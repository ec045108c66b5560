/** Turns what a signer wrote into the envelope that may leave the browser. */

import { addressRules, config, petitionId as petition } from "./config.js";
import { canonicalAddress } from "./crypto/address.js";
import { toBase64Url } from "./crypto/base64url.js";
import { newReceipt, receiptHash } from "./crypto/receipt.js";
import { sealContents, sealEnvelope } from "./crypto/seal.js";
import { handing } from "./handing.js";
import { language } from "./language.js";
import { tagOf } from "./tag.js";
import { via } from "./via.js";

export { faultsOf, faultsOfProblem } from "./faults.js";
export { startTagging } from "./tag.js";
export { thankWith } from "./thanks.js";

/**
 * One receipt for each address until it is accepted: if an answer was lost, the first attempt may
 * be the one that is stored, and its receipt must still be the one that the signer gets. After an
 * answer it is forgotten: it may be used to withdraw, and would not sign a second time.
 *
 * @type {Map<string, import("./crypto/digest.js").Bytes>}
 */
const receipts = new Map();

/**
 * @param {ReturnType<typeof import("./form.js").readForm>} form without faults
 * @returns {Promise<import("./delivery.js").Prepared & {receipt: Uint8Array, canonical: string}>}
 */
export async function prepareSignature(form) {
  const [{ seal_public_key: organizers, envelope_public_key: sign }, rules] = await Promise.all([
    config(),
    addressRules(),
  ]);
  const canonical = canonicalAddress(form.email, rules);
  if (canonical === null) throw new RangeError("no address");
  const receipt = receipts.get(canonical) ?? newReceipt();
  receipts.set(canonical, receipt);

  const sealedForm = {
    address_tag: toBase64Url(await tagOf(canonical, petition)),
    sealed: toBase64Url(await sealContents(form, organizers, petition)),
    receipt_hash: toBase64Url(await receiptHash(receipt, petition)),
    country: form.country,
    language: language(),
    ...via(),
  };
  const envelope = toBase64Url(await sealEnvelope(sealedForm, sign, petition));
  const handed = handing(petition, envelope, receipt);
  return { name: "sign", body: { envelope }, receipt, canonical, ...handed };
}

/** @param {{canonical: string}} prepared what was accepted */
export function settleSignature({ canonical }) {
  receipts.delete(canonical);
}
