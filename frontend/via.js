/**
 * The share link that brought this visit: kept in memory only, and taken out of the address bar,
 * so that neither a bookmark nor a copied address carries it on.
 */

// As the functions write it: ten characters, and the network it was shared on.
const CODE = /^[0-9a-hjkmnp-tv-z]{10}(\.(weibo|wechat|line|kakaotalk|telegram|whatsapp|x|facebook|email|copy|device|qr))?$/;

/** @type {string | undefined} */
let code;

/** Takes `via` out of the address bar; `lang` stays. */
export function takeVia() {
  const address = new URL(location.href);
  const given = address.searchParams.get("via");
  if (given && CODE.test(given)) code = given;
  address.searchParams.delete("via");
  if (address.href !== location.href) history.replaceState(null, "", address);
}

/** @returns {{via?: string}} to be spread into a request's body */
export function via() {
  return code ? { via: code } : {};
}
