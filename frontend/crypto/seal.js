/**
 * What is sealed, and for whom: contents for the organizers alone, and the whole form for `sign`,
 * so that whoever carries it there learns nothing. All of a kind have one size.
 */

import { fromBase64Url } from "./base64url.js";
import { join, utf8 } from "./digest.js";
import { sealBase } from "./hpke.js";

/** @typedef {import("./digest.js").Bytes} Bytes */

const FORMAT = Uint8Array.of(1); // so that another suite can follow
const CONTENTS_OCTETS = 2048; // as functions/petition/seal.py: more than the longest contents
const FORM_OCTETS = 3328; // and more than the longest form

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
 * @returns {Promise<Bytes>} 2130 bytes, the box: format, encapsulated key, ciphertext
 * @throws {RangeError} when they are longer than a box, which faults.js does not let happen
 */
export function sealContents({ name, email, message, consent }, publicKey, petition) {
  const { delivery, news } = consent;
  const contents = { name, email, message, consent: { delivery, news } };
  return seal(contents, CONTENTS_OCTETS, publicKey, `savemyfriend/seal/1\0${petition}`);
}

/**
 * @param {object} form all that `sign` is to know
 * @param {string} publicKey base64url of the 65-byte point of `sign`
 * @param {string} petition
 * @returns {Promise<Bytes>} 3410 bytes, the envelope: laid out like a box
 * @throws {RangeError} when the form is longer than an envelope
 */
export function sealEnvelope(form, publicKey, petition) {
  return seal(form, FORM_OCTETS, publicKey, `savemyfriend/envelope/1\0${petition}`);
}

/**
 * @param {object} value becomes JSON, and spaces after it
 * @param {number} octets of both together
 * @param {string} publicKey
 * @param {string} info
 */
async function seal(value, octets, publicKey, info) {
  const json = utf8(JSON.stringify(value));
  if (json.length > octets) throw new RangeError(`${json.length} bytes do not fit into ${octets}`);

  const padded = new Uint8Array(octets).fill(0x20);
  padded.set(json);
  return join(FORMAT, await sealBase(fromBase64Url(publicKey), utf8(info), padded));
}
