/** Seals what a signer wrote for the organizers alone, every box of one size. */

import { fromBase64Url } from "./base64url.js";
import { join, utf8 } from "./digest.js";
import { sealBase } from "./hpke.js";

const FORMAT = Uint8Array.of(1); // so that another suite can follow
const CONTENTS_OCTETS = 2048; // more than the longest contents; the length of a box tells nothing

/**
 * What a signer wrote.
 *
 * @typedef {object} Contents
 * @property {string} name
 * @property {string} email
 * @property {string} message
 * @property {{delivery: boolean, news: boolean}} consent
 */

/**
 * @param {Contents} contents
 * @param {string} publicKey base64url of the organizers' 65-byte point
 * @param {string} petition
 * @returns {Promise<import("./digest.js").Bytes>} 2130 bytes: format, encapsulated key, ciphertext
 * @throws {RangeError} when they are longer than a box; faults.js keeps them shorter
 */
export async function sealContents({ name, email, message, consent }, publicKey, petition) {
  const { delivery, news } = consent;
  const json = utf8(JSON.stringify({ name, email, message, consent: { delivery, news } }));
  if (json.length > CONTENTS_OCTETS) throw new RangeError("longer than a box");

  const padded = new Uint8Array(CONTENTS_OCTETS).fill(0x20);
  padded.set(json);
  const info = utf8(`savemyfriend/seal/1\0${petition}`);
  return join(FORMAT, await sealBase(fromBase64Url(publicKey), info, padded));
}
