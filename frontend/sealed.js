/**
 * A sealed signature as text that survives chats, mails and files: the textual encoding of RFC 7468,
 * whose alphabet no chat takes for bold or italics. It says for which petition it is, nothing else.
 */

/**
 * @typedef {object} Sealed
 * @property {string} petition its id
 * @property {string} envelope as `sign` takes it, base64url
 */

const COLUMNS = /.{1,64}/g; // RFC 7468 section 2
const LOST_OR_ADDED = /[\s>\u200B-\u200D\u2060\uFEFF]/g; // by chats; ">" by mails that quote
const SEALED = /BEGINSEALEDSIGNATUREOF([a-z0-9-]+?)[-–—]{2,}([A-Za-z0-9+/]+)=*[-–—]+ENDSEALEDSIGNATURE/g;

/**
 * @param {Sealed} sealed
 * @returns {string} lines, without a last line break
 */
export function writeSealed({ petition, envelope }) {
  const base64 = envelope.replaceAll("-", "+").replaceAll("_", "/");
  const padded = base64.padEnd(Math.ceil(base64.length / 4) * 4, "=");
  return [
    `-----BEGIN SEALED SIGNATURE OF ${petition}-----`,
    ...(padded.match(COLUMNS) ?? []),
    `-----END SEALED SIGNATURE OF ${petition}-----`,
  ].join("\n");
}

/**
 * Finds all sealed signatures in a text, whatever stands around and between them.
 *
 * @param {string} text
 * @returns {Sealed[]} each once
 */
export function readSealed(text) {
  const found = text.replace(LOST_OR_ADDED, "").matchAll(SEALED);
  const sealed = Array.from(found, ([, petition, base64]) => ({
    petition,
    envelope: base64.replaceAll("+", "-").replaceAll("/", "_"),
  }));
  return [...new Map(sealed.map((one) => [one.envelope, one])).values()];
}
