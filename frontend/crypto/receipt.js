/** The receipt: sixteen random bytes that only the signer holds, and its hash for the server. */

import { labelledDigest } from "./digest.js";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's base 32: no I, L, O, U
const BYTES = 16;
const DIGITS = 26; // 26 digits of 5 bits hold 128

/** @returns {import("./digest.js").Bytes} 16 bytes */
export function newReceipt() {
  return crypto.getRandomValues(new Uint8Array(BYTES));
}

/**
 * @param {Uint8Array} bytes 16 of them
 * @returns {string} 26 digits in groups of four, as XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XX
 */
export function writeReceipt(bytes) {
  let number = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let digits = "";
  for (let i = 0; i < DIGITS; i += 1) {
    digits = ALPHABET[Number(number & 31n)] + digits;
    number >>= 5n;
  }
  return digits.replace(/(.{4})(?=.)/g, "$1-");
}

/**
 * Reads a receipt as people type it: any case, spaces, O for 0, I and L for 1.
 *
 * @param {string} text
 * @returns {Uint8Array | null} 16 bytes; null when it cannot be a receipt
 */
export function readReceipt(text) {
  const typed = text.normalize("NFKC"); // full-width digits of Chinese and Korean keyboards too
  const digits = typed.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  if (digits.length !== DIGITS || [...digits].some((digit) => !ALPHABET.includes(digit))) return null;

  const number = [...digits].reduce((sum, digit) => (sum << 5n) | BigInt(ALPHABET.indexOf(digit)), 0n);
  if (number >> 128n) return null;
  return Uint8Array.from({ length: BYTES }, (_, i) => Number((number >> BigInt(8 * (15 - i))) & 255n));
}

/**
 * @param {Uint8Array} receipt
 * @param {string} petition
 * @returns {Promise<import("./digest.js").Bytes>} 32 bytes
 */
export function receiptHash(receipt, petition) {
  return labelledDigest("savemyfriend/receipt/1", petition, receipt);
}
