/**
 * QR codes (ISO/IEC 18004) in byte mode, with error correction of level M, which survives a fold in
 * the paper. The page draws its codes itself, so that they lead to where the page lies.
 */

// Table 9 of the standard for level M, by version from 1: check codewords of a block, and blocks.
const CHECKS = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10];

const FIELD = 0x11d; // the polynomial of GF(256), section 7.5.2
const FORMAT = { generator: 0x537, bits: 10, mask: 0x5412 }; // annex C; level M is 00
const VERSION = { generator: 0x1f25, bits: 12 }; // annex D
const PADDING = [0xec, 0x11];

/** Table 10; whether a module is turned over, by its column and row. */
const MASKS = [
  (/** @type {number} */ x, /** @type {number} */ y) => (x + y) % 2,
  (/** @type {number} */ _, /** @type {number} */ y) => y % 2,
  (/** @type {number} */ x) => x % 3,
  (/** @type {number} */ x, /** @type {number} */ y) => (x + y) % 3,
  (/** @type {number} */ x, /** @type {number} */ y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (/** @type {number} */ x, /** @type {number} */ y) => ((x * y) % 2) + ((x * y) % 3),
  (/** @type {number} */ x, /** @type {number} */ y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (/** @type {number} */ x, /** @type {number} */ y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];

/** @typedef {(0 | 1 | null)[][]} Grid rows of modules; 1 is dark, null is still free */

/**
 * @param {string} text
 * @returns {number[][]} rows of modules, 1 for a dark one, without the quiet zone
 * @throws {RangeError} it is longer than 412 octets of UTF-8
 */
export function qrModules(text) {
  const octets = [...new TextEncoder().encode(text)];
  const version = 1 + CHECKS.findIndex((_, index) => bitsFor(octets, index + 1) <= 8 * room(index + 1));
  if (!version) throw new RangeError("too long for a code");
  const frame = drawFrame(version);
  const data = interleave(fill(octets, version), version);
  const drawn = MASKS.map((_, mask) => drawData(frame, data, mask));
  const penalties = drawn.map(penalty);
  return drawn[penalties.indexOf(Math.min(...penalties))];
}

/** @param {number} version @returns {number} codewords in a symbol */
function codewords(version) {
  const places = version > 1 ? Math.floor(version / 7) + 2 : 0;
  const alignment = places ? (25 * places - 10) * places - 55 : 0;
  const modules = (16 * version + 128) * version + 64 - alignment - (version > 6 ? 36 : 0);
  return Math.floor(modules / 8);
}

/** @param {number} version @returns {number} codewords of data */
function room(version) {
  return codewords(version) - CHECKS[version - 1] * BLOCKS[version - 1];
}

/** @param {number} version @returns {number} how many bits tell the length */
function lengthBits(version) {
  return version < 10 ? 8 : 16;
}

/** @param {number[]} octets @param {number} version */
function bitsFor(octets, version) {
  return 4 + lengthBits(version) + 8 * octets.length;
}

/** @param {number[]} octets @param {number} version @returns {number[]} all codewords of data */
function fill(octets, version) {
  const bits = [
    ...binary(0b0100, 4),
    ...binary(octets.length, lengthBits(version)),
    ...octets.flatMap((octet) => binary(octet, 8)),
    ...binary(0, 4),
  ].join("");
  const filled = Array.from(bits.slice(0, 8 * room(version)).match(/.{1,8}/g) ?? [], (eight) =>
    Number.parseInt(eight.padEnd(8, "0"), 2),
  );
  for (let next = 0; filled.length < room(version); next += 1) filled.push(PADDING[next % 2]);
  return filled;
}

/** @param {number} value @param {number} length @returns {number[]} its bits, the highest first */
function binary(value, length) {
  return Array.from({ length }, (_, index) => (value >> (length - 1 - index)) & 1);
}

/** @param {number[]} data @param {number} version @returns {number[]} bits in the order of drawing */
function interleave(data, version) {
  const [checks, count] = [CHECKS[version - 1], BLOCKS[version - 1]];
  const short = count - (data.length % count);
  const length = Math.floor(data.length / count);
  let at = 0;
  const blocks = Array.from({ length: count }, (_, index) => {
    at += index > short ? length + 1 : index && length;
    return data.slice(at, at + length + Number(index >= short));
  });
  const all = [
    ...inTurn(blocks, length + 1),
    ...inTurn(blocks.map((block) => checksOf(block, checks)), checks),
  ];
  return all.flatMap((codeword) => binary(codeword, 8));
}

/** @param {number[][]} blocks @param {number} length of the longest */
function inTurn(blocks, length) {
  const turns = Array.from({ length }, (_, index) => blocks.map((block) => block[index]));
  return turns.flat().filter((codeword) => codeword !== undefined);
}

/** @param {number[]} block @param {number} length @returns {number[]} Reed-Solomon check codewords */
function checksOf(block, length) {
  const generator = generatorOf(length);
  let rest = Array(length).fill(0);
  for (const codeword of block) {
    const factor = codeword ^ rest[0];
    rest = [...rest.slice(1), 0].map((one, index) => one ^ multiply(generator[index], factor));
  }
  return rest;
}

/** @param {number} degree @returns {number[]} coefficients below the highest, which is 1 */
function generatorOf(degree) {
  let [product, root] = [[1], 1];
  for (let index = 0; index < degree; index += 1) {
    const times = product.map((one) => multiply(one, root));
    product = [...product, 0].map((one, place) => one ^ (times[place - 1] ?? 0));
    root = multiply(root, 2);
  }
  return product.slice(1);
}

/** @param {number} one @param {number} other @returns {number} their product in GF(256) */
function multiply(one, other) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >> 7) * FIELD) ^ (((other >> bit) & 1) * one);
  }
  return product;
}

/** @param {number} value @param {{generator: number, bits: number}} code @returns {number} with its BCH checks */
function protect(value, { generator, bits }) {
  let rest = value;
  for (let step = 0; step < bits; step += 1) {
    rest = (rest << 1) ^ ((rest >> (bits - 1)) * generator);
  }
  return (value << bits) | rest;
}

/** @param {number} version @returns {Grid} everything but data and format */
function drawFrame(version) {
  const size = 17 + 4 * version;
  /** @type {Grid} */
  const grid = Array.from({ length: size }, () => Array(size).fill(null));
  for (let at = 0; at < size; at += 1) grid[6][at] = grid[at][6] = /** @type {0 | 1} */ (1 - (at % 2));
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]]) drawRings(grid, x, y, 4, [2, 4]);
  const places = alignment(version);
  const last = size - 7;
  for (const x of places) {
    for (const y of places) {
      const inFinder = (x === 6 && y === 6) || (x === 6 && y === last) || (x === last && y === 6);
      if (!inFinder) drawRings(grid, x, y, 2, [1]);
    }
  }
  if (version > 6) drawVersion(grid, version);
  return grid;
}

/** @param {Grid} grid @param {number} x @param {number} y @param {number} radius @param {number[]} light rings */
function drawRings(grid, x, y, radius, light) {
  for (let row = y - radius; row <= y + radius; row += 1) {
    for (let column = x - radius; column <= x + radius; column += 1) {
      if (grid[row]?.[column] === undefined) continue;
      const ring = Math.max(Math.abs(row - y), Math.abs(column - x));
      grid[row][column] = light.includes(ring) ? 0 : 1;
    }
  }
}

/** @param {number} version @returns {number[]} rows and columns of alignment patterns, annex E */
function alignment(version) {
  if (version === 1) return [];
  const gaps = Math.floor(version / 7) + 1;
  const step = Math.ceil((version * 4 + 4) / (gaps * 2)) * 2;
  const last = 10 + 4 * version;
  return [6, ...Array.from({ length: gaps }, (_, index) => last - (gaps - 1 - index) * step)];
}

/** @param {Grid} grid @param {number} version */
function drawVersion(grid, version) {
  const bits = protect(version, VERSION);
  for (let index = 0; index < 18; index += 1) {
    const [far, near] = [grid.length - 11 + (index % 3), Math.floor(index / 3)];
    grid[near][far] = grid[far][near] = /** @type {0 | 1} */ ((bits >> index) & 1);
  }
}

/** @param {Grid} grid @param {number} mask */
function drawFormat(grid, mask) {
  const bits = protect(mask, FORMAT) ^ FORMAT.mask;
  const size = grid.length;
  for (let index = 0; index < 15; index += 1) {
    const bit = /** @type {0 | 1} */ ((bits >> index) & 1);
    // The timing patterns, at 6, are passed over.
    const near = index < 8 ? index + Number(index > 5) : 14 - index + Number(index < 9);
    const far = index < 8 ? size - 1 - index : size - 15 + index;
    if (index < 8) grid[near][8] = grid[8][far] = bit;
    else grid[8][near] = grid[far][8] = bit;
  }
  grid[size - 8][8] = 1;
}

/** @param {Grid} frame @param {number[]} bits @param {number} mask @returns {number[][]} a whole symbol */
function drawData(frame, bits, mask) {
  const grid = frame.map((row) => [...row]);
  drawFormat(grid, mask);
  let next = 0;
  for (const [x, y] of way(grid.length)) {
    if (grid[y][x] !== null) continue;
    const turned = MASKS[mask](x, y) === 0;
    grid[y][x] = /** @type {0 | 1} */ ((bits[next] ?? 0) ^ Number(turned));
    next += 1;
  }
  return grid.map((row) => row.map(Number));
}

/** @param {number} size @returns {Generator<[number, number]>} every column and row, as data runs */
function* way(size) {
  let upwards = true;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1) {
      const y = upwards ? size - 1 - step : step;
      yield [right, y];
      yield [right - 1, y];
    }
    upwards = !upwards;
  }
}

/** @param {number[][]} grid @returns {number} how hard it is to scan, section 7.8.3 */
function penalty(grid) {
  const columns = grid.map((_, x) => grid.map((row) => row[x]));
  const lines = [...grid, ...columns].map((line) => line.join(""));
  const long = lines.flatMap((line) => line.match(/0{5,}|1{5,}/g) ?? []);
  const like = lines.flatMap((line) => [...line.matchAll(/(?=10111010000|00001011101)/g)]);
  const squares = grid.flatMap((row, y) =>
    row.filter((one, x) => [row[x + 1], grid[y + 1]?.[x], grid[y + 1]?.[x + 1]].every((it) => it === one)),
  );
  const dark = grid.flat().filter(Boolean).length / grid.length ** 2;
  const runs = long.reduce((sum, run) => sum + run.length - 2, 0);
  return runs + 3 * squares.length + 40 * like.length + 10 * Math.floor(Math.abs(dark - 0.5) * 20);
}
