/** After signing: the thanks, and the receipt, which exists nowhere else. */

import { copy, save } from "./copying.js";
import { writeReceipt } from "./crypto/receipt.js";
import { $, goTo } from "./element.js";
import { say } from "./language.js";

/** @param {Uint8Array} receipt */
export function thankWith(receipt) {
  const text = writeReceipt(receipt);
  $("sign").hidden = true;
  $("thanks").hidden = false;
  $("receipt").hidden = false;
  $("receipt-text").textContent = text;
  $("receipt-copy").onclick = async () => {
    $("receipt-status").textContent = say((await copy(text)) ? "receipt.copied" : "copy.failed");
  };
  // The file says nothing but the receipt, and its name says nothing about the petition.
  $("receipt-save").onclick = () => {
    save(new Blob([`${text}\n`], { type: "text/plain" }), "receipt.txt");
  };
  goTo($("thanks-heading"));
}
