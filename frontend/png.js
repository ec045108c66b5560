/** Black and white pictures as PNG, which a phone can save and every network can show. */

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10]; // PNG, section 5.2
const BLOCK = 0xffff; // octets of a stored block, RFC 1951 section 3.2.4
const CRC = 0xedb88320; // PNG, annex D
const ADLER = 65521; // RFC 1950, section 8.2

/**
 * @param {number[][]} modules rows of squares, 1 for a dark one
 * @param {number} scale pixels of a square
 * @param {number} border squares of white around them
 * @returns {Blob}
 */
export function drawPng(modules, scale, border) {
  const squares = modules.length + 2 * border;
  const size = squares * scale;
  const rows = Array.from({ length: squares }, (_, y) => {
    const line = modules[y - border] ?? [];
    const pixels = Array.from({ length: size }, (_, x) => line[Math.floor(x / scale) - border] ?? 0);
    return Array(scale).fill(packRow(pixels)).flat();
  });
  const header = [...word(size), ...word(size), 1, 0, 0, 0, 0]; // one bit of grey, nothing else
  const parts = [
    Uint8Array.from(SIGNATURE),
    chunk("IHDR", header),
    chunk("IDAT", store(rows.flat())),
    chunk("IEND", []),
  ];
  return new Blob(parts, { type: "image/png" });
}

/** @param {number[]} pixels 1 for a dark one @returns {number[]} without a filter, 0 for a dark one */
function packRow(pixels) {
  const packed = [0];
  for (let at = 0; at < pixels.length; at += 8) {
    const eight = Array.from({ length: 8 }, (_, index) => 1 - (pixels[at + index] ?? 0));
    packed.push(eight.reduce((octet, bit) => (octet << 1) | bit, 0));
  }
  return packed;
}

/** @param {number[]} octets @returns {number[]} as a zlib stream, not compressed */
function store(octets) {
  const stream = [0x78, 0x01];
  for (let at = 0; at < octets.length; at += BLOCK) {
    const block = octets.slice(at, at + BLOCK);
    const [low, high] = [block.length & 0xff, block.length >> 8];
    const last = Number(at + BLOCK >= octets.length);
    stream.push(last, low, high, low ^ 0xff, high ^ 0xff);
    for (const octet of block) stream.push(octet);
  }
  let [one, other] = [1, 0];
  for (const octet of octets) {
    one = (one + octet) % ADLER;
    other = (other + one) % ADLER;
  }
  return [...stream, ...word(other * 0x10000 + one)];
}

/** @param {string} type @param {number[]} content @returns {Uint8Array<ArrayBuffer>} */
function chunk(type, content) {
  const named = [...new TextEncoder().encode(type), ...content];
  return Uint8Array.from([...word(content.length), ...named, ...word(crc(named))]);
}

/** @param {number[]} octets */
function crc(octets) {
  let rest = -1;
  for (const octet of octets) {
    rest ^= octet;
    for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ (rest & 1 ? CRC : 0);
  }
  return ~rest >>> 0;
}

/** @param {number} value @returns {number[]} in four octets, the highest first */
function word(value) {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
}
