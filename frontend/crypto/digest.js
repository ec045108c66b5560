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
