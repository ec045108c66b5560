/**
 * The share link that brought this visit. It stands for nobody, and stays in the address, so that a
 * page which is forwarded from inside an app leads on from the same link; once the person has a
 * link of their own, that one takes its place there.
 */

// As the functions write it: ten characters, and the network it was shared on.
const CODE = /^[0-9a-hjkmnp-tv-z]{10}(\.(weibo|wechat|line|kakaotalk|telegram|whatsapp|x|facebook|email|copy|device|qr))?$/;

// Read once, before a link of one's own stands there.
const given = new URLSearchParams(location.search).get("via") ?? "";

/** @returns {{via?: string}} to be spread into a request's body */
export function via() {
  return isCode(given) ? { via: given } : {};
}

/** @param {string} text @returns {boolean} whether it is a code, perhaps with the network it was shared on */
export function isCode(text) {
  return CODE.test(text);
}

/** @param {string} code of the person's own link, which whoever forwards this page passes on */
export function carry(code) {
  const address = new URL(location.href);
  address.searchParams.set("via", `${code}.copy`);
  history.replaceState(null, "", address);
}
