/**
 * What a signer can do while sending keeps failing: hand the sealed signature to a friend who can
 * send it from elsewhere. The receipt stays with the signer.
 */

import { copy, save } from "./copying.js";
import { writeReceipt } from "./crypto/receipt.js";
import { $ } from "./element.js";
import { say, whenPhrased } from "./language.js";
import { writeSealed } from "./sealed.js";

const FAILURES = 2; // ours: one may be chance

/** @type {{sealed: string, receipt: string} | undefined} what can be handed on now */
let shown;

whenPhrased(fill);
$("courier-copy").addEventListener("click", async () => {
  tell((await copy(handed())) ? "courier.copied" : "copy.failed");
});
// The file's name says nothing about the petition.
$("courier-save").addEventListener("click", () =>
  save(new Blob([`${handed()}\n`], { type: "text/plain" }), "sealed.txt"),
);

/**
 * @param {string} petition
 * @param {string} envelope
 * @param {Uint8Array} receipt
 * @returns {{failed: (failures: number) => void, settled: () => void}} for deliver
 */
export function handing(petition, envelope, receipt) {
  return {
    failed(failures) {
      if (failures < FAILURES || shown) return;
      shown = { sealed: writeSealed({ petition, envelope }), receipt: writeReceipt(receipt) };
      $("courier").hidden = false;
      fill();
    },
    settled() {
      shown = undefined;
      $("courier").hidden = true;
      tell("");
    },
  };
}

function fill() {
  if (!shown) return;
  $("courier-offer").textContent = say("courier.offer");
  $("courier-text", HTMLTextAreaElement).value = handed();
  $("courier-receipt").textContent = shown.receipt;
}

/** The sealed signature, and what to do with it, for whoever gets it. */
function handed() {
  const address = new URL("courier.html", location.href);
  address.search = address.hash = "";
  return `${say("courier.letter", { address: address.href })}\n\n${shown?.sealed}`;
}

/** @param {string} key */
function tell(key) {
  $("courier-status").textContent = key && say(key);
}
