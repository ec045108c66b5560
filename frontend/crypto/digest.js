/** Hashes that say what they are for, so that one can never stand for another. */

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/** @param {string} text @returns {Bytes} */
export function utf8(text) {
  return new TextEncoder().encode(text);
}

/** @param {...Uint8Array} parts @returns {Bytes} */
export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * SHA-256 over label, petition and content, with a zero byte between them.
 *
 * @param {string} label for example "savemyfriend/receipt/1"
 * @param {string} petition
 * @param {Uint8Array} content
 * @returns {Promise<Bytes>} 32 bytes
 */
export async function labelledDigest(label, petition, content) {
  const input = join(utf8(`${label}\0${petition}\0`), content);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", input));
}

/**
 * PBKDF2-HMAC-SHA256 (RFC 8018 section 5.2): a digest made slow, for content that can be guessed.
 *
 * @param {string} label for example "savemyfriend/address/2"
 * @param {string} petition label and petition are the salt, with a zero byte between them
 * @param {Bytes} content
 * @param {number} iterations
 * @returns {Promise<Bytes>} 32 bytes
 */
export async function slowDigest(label, petition, content, iterations) {
  const key = await crypto.subtle.importKey("raw", content, "PBKDF2", false, ["deriveBits"]);
  const salt = utf8(`${label}\0${petition}`);
  const algorithm = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, 256));
}
