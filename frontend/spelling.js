/** A provider that looks mistyped is asked about; whoever means it as it stands just goes on. */

import { $ } from "./element.js";
import { say, whenPhrased } from "./language.js";

// Where most people here have their mail, and real ones that only look like a slip of those.
const PROVIDERS = [
  ...["gmail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com"],
  ...["qq.com", "foxmail.com", "163.com", "126.com", "yeah.net", "sina.com", "sohu.com"],
  ...["aliyun.com", "139.com", "189.cn", "naver.com", "hanmail.net", "daum.net", "nate.com"],
  ...["kakao.com", "yahoo.co.jp", "yahoo.co.kr", "yahoo.co.uk", "protonmail.com", "proton.me"],
];
const REAL = new Set([
  ...PROVIDERS,
  ...["mail.com", "email.com", "ymail.com", "gmx.com", "gmx.net", "me.com", "mac.com", "aol.com"],
  ...["sina.cn", "live.cn", "hotmail.co", "yahoo.cn", "yahoo.co", "163.net", "google.com"],
]);
const LONG = 9; // ours: in gmail.com two slips are still recognised, in qq.com only one

/**
 * @param {string} address as typed
 * @returns {string | null} what was perhaps meant
 */
export function perhapsMeant(address) {
  const [, local, typed] = /^(.+)@([^@]+)$/.exec(address.trim()) ?? [];
  const domain = typed?.toLowerCase();
  if (!domain || REAL.has(domain)) return null;
  const slips = PROVIDERS.map((provider) => ({ provider, count: slipsBetween(domain, provider) }));
  const nearest = slips.reduce((best, one) => (one.count < best.count ? one : best));
  const allowed = nearest.provider.length >= LONG ? 2 : 1;
  return nearest.count <= allowed ? `${local}@${nearest.provider}` : null;
}

/**
 * Letters that are missing, too many, wrong or swapped with the next: the optimal string alignment
 * distance.
 *
 * @param {string} one @param {string} other
 */
function slipsBetween(one, other) {
  const rows = Array.from({ length: one.length + 1 }, (_, i) => [i]);
  for (let j = 1; j <= other.length; j += 1) rows[0][j] = j;
  for (let i = 1; i <= one.length; i += 1) {
    for (let j = 1; j <= other.length; j += 1) {
      const wrong = one[i - 1] === other[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      rows[i][j] = Math.min(
        rows[i - 1][j] + 1,
        rows[i][j - 1] + 1,
        rows[i - 1][j - 1] + wrong,
        swapped ? rows[i - 2][j - 2] + 1 : Infinity,
      );
    }
  }
  return rows[one.length][other.length];
}

/** @param {HTMLInputElement} $field asks when it is left, and never again about the same address */
export function startAsking($field) {
  let meant = "";
  let declined = "";
  const show = () => {
    $("email-ask").hidden = !meant;
    $("email-meant").textContent = meant && say("sign.email_meant", { address: meant });
  };
  const ask = () => {
    meant = $field.value === declined ? "" : (perhapsMeant($field.value) ?? "");
    show();
  };
  $field.addEventListener("change", ask);
  $("email-take").addEventListener("click", () => {
    $field.value = meant;
    $field.dispatchEvent(new Event("input", { bubbles: true }));
    meant = "";
    show();
    $field.focus();
  });
  $("email-leave").addEventListener("click", () => {
    declined = $field.value;
    meant = "";
    show();
    $field.focus();
  });
  whenPhrased(show);
  // It may have been written and left before this module came.
  if (document.activeElement !== $field) ask();
}
