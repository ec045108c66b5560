/** Countries and regions by their names in the reader's language. */

import { language, say } from "./language.js";

// ISO 3166-1 alpha-2, and XK, which it leaves to its users and everybody uses for Kosovo.
const CODES = `AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO
BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC
EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN
HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR
LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI
NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH
SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US
UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW`.split(/\s+/);

export const UNSAID = "ZZ";

/** @param {string} code a country's, "ZZ" or "other" @returns {string} */
export function countryName(code) {
  if (code === UNSAID) return say("count.unsaid");
  if (code === "other") return say("count.other");
  return new Intl.DisplayNames(language(), { type: "region" }).of(code) ?? code;
}

/**
 * Fills the choice in alphabetical order of the language, and keeps what was chosen.
 *
 * @param {HTMLSelectElement} $select
 */
export function fillCountries($select) {
  const untouched = $select.options.length === 1; // as the page itself has it
  const chosen = (untouched && regionOfBrowser()) || $select.value;
  const names = new Intl.DisplayNames(language(), { type: "region" });
  const options = CODES.map((code) => new Option(names.of(code) ?? code, code));
  const { compare } = new Intl.Collator(language());
  options.sort((one, other) => compare(one.text, other.text));
  $select.replaceChildren(new Option(say("sign.country_unsaid"), UNSAID), ...options);
  $select.value = chosen;
}

/** @returns {string | undefined} only a region that the browser names, such as KR in ko-KR */
function regionOfBrowser() {
  return Array.from(navigator.languages ?? [], regionOf).find((region) => CODES.includes(region));
}

/** @param {string} tag which may be none, such as "C" */
function regionOf(tag) {
  try {
    return new Intl.Locale(tag).region ?? "";
  } catch {
    return "";
  }
}
