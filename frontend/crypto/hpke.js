/**
 * HPKE (RFC 9180) in base mode, the sender's side: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256,
 * AES-128-GCM, one message for each key. Nothing here knows what is sealed.
 */

import { join, utf8 } from "./digest.js";

/** @typedef {import("./digest.js").Bytes} Bytes */

const KEM = Uint8Array.of(0x4b, 0x45, 0x4d, 0x00, 0x10); // "KEM", DHKEM(P-256, HKDF-SHA256)
const SUITE = join(utf8("HPKE"), Uint8Array.of(0x00, 0x10, 0x00, 0x01, 0x00, 0x01));
const BASE_MODE = Uint8Array.of(0x00);
const NOTHING = new Uint8Array(0);
const P256 = { name: "ECDH", namedCurve: "P-256" };

/** @param {Bytes} key @param {Bytes} message @returns {Promise<Bytes>} 32 bytes */
async function hmac(key, message) {
  // WebCrypto refuses an empty key; HMAC pads with zeros, so one block of zeros is the same key.
  const raw = key.length ? key : new Uint8Array(32);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", raw, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, message));
}

/**
 * LabeledExtract of RFC 9180 section 4.
 *
 * @param {Bytes} suite
 * @param {Bytes} salt
 * @param {string} label
 * @param {Bytes} material
 */
function extract(suite, salt, label, material) {
  return hmac(salt, join(utf8("HPKE-v1"), suite, utf8(label), material));
}

/**
 * LabeledExpand of RFC 9180 section 4, for at most the 32 bytes that one HMAC gives.
 *
 * @param {Bytes} suite
 * @param {Bytes} key
 * @param {string} label
 * @param {Bytes} info
 * @param {number} length
 */
async function expand(suite, key, label, info, length) {
  const labelled = join(Uint8Array.of(0, length), utf8("HPKE-v1"), suite, utf8(label), info);
  return (await hmac(key, join(labelled, Uint8Array.of(1)))).slice(0, length);
}

/**
 * ExtractAndExpand of RFC 9180 section 4.1.
 *
 * @param {CryptoKey} privateKey
 * @param {CryptoKey} publicKey the other side's
 * @param {Bytes} context both encoded public keys, the ephemeral one first
 * @returns {Promise<Bytes>} 32 bytes
 */
export async function sharedSecret(privateKey, publicKey, context) {
  const point = await crypto.subtle.deriveBits({ name: "ECDH", public: publicKey }, privateKey, 256);
  const extracted = await extract(KEM, NOTHING, "eae_prk", new Uint8Array(point));
  return expand(KEM, extracted, "shared_secret", context, 32);
}

/**
 * KeySchedule of RFC 9180 section 5.1, base mode.
 *
 * @param {Bytes} secret
 * @param {Bytes} info
 * @returns {Promise<{key: Bytes, nonce: Bytes}>} 16 and 12 bytes
 */
export async function keySchedule(secret, info) {
  const context = join(
    BASE_MODE,
    await extract(SUITE, NOTHING, "psk_id_hash", NOTHING),
    await extract(SUITE, NOTHING, "info_hash", info),
  );
  const extracted = await extract(SUITE, secret, "secret", NOTHING);
  return {
    key: await expand(SUITE, extracted, "key", context, 16),
    nonce: await expand(SUITE, extracted, "base_nonce", context, 12),
  };
}

/** @param {Bytes} point 65 bytes, uncompressed */
export function importPublicKey(point) {
  return crypto.subtle.importKey("raw", point, P256, true, []);
}

/**
 * @param {Bytes} publicKey the recipient's point, 65 bytes
 * @param {Bytes} info
 * @param {Bytes} plaintext
 * @param {Bytes} [aad]
 * @param {CryptoKeyPair} [ephemeral] given by the RFC's vectors only; otherwise made here
 * @returns {Promise<Bytes>} the 65 bytes of the encapsulated key, then the ciphertext
 */
export async function sealBase(publicKey, info, plaintext, aad = NOTHING, ephemeral = undefined) {
  const pair = ephemeral ?? (await crypto.subtle.generateKey(P256, false, ["deriveBits"]));
  const encapsulated = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const recipient = await importPublicKey(publicKey);
  const secret = await sharedSecret(pair.privateKey, recipient, join(encapsulated, publicKey));

  const { key, nonce } = await keySchedule(secret, info);
  const cipher = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const parameters = { name: "AES-GCM", iv: nonce, additionalData: aad };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(parameters, cipher, plaintext));
  return join(encapsulated, sealed);
}
