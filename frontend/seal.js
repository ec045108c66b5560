/** Seals what a signer wrote for the organizers alone, every box of one size. */

import { fromBase64Url } from "./base64url.js";
import { join, utf8 } from "./digest.js";
import { sealBase } from "./hpke.js";

const FORMAT = Uint8Array.of(1); // so that another suite can follow
const PLAINTEXT_OCTETS = 2048; // more than the longest form; the length of a box tells nothing

/**
 * @param {{name: string, email: string, message: string,
 *   consent: {delivery: boolean, news: boolean}}} form
 * @param {string} publicKey base64url of the organizers' 65-byte point
 * @param {string} petition
 * @returns {Promise<Uint8Array>} 2130 bytes: format, encapsulated key, ciphertext
 */
export async function sealForm({ name, email, message, consent }, publicKey, petition) {
  const { delivery, news } = consent;
  const written = utf8(JSON.stringify({ name, email, message, consent: { delivery, news } }));
  if (written.length > PLAINTEXT_OCTETS) throw new RangeError("longer than a box");

  const padded = new Uint8Array(PLAINTEXT_OCTETS).fill(0x20);
  padded.set(written);
  const info = utf8(`savemyfriend/seal/1\0${petition}`);
  return join(FORMAT, await sealBase(fromBase64Url(publicKey), info, padded));
}
