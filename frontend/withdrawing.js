/** The page where a receipt takes a signature back. */

import { readReceipt, writeReceipt } from "./crypto/receipt.js";
import { $, goTo, whenSent } from "./element.js";
import { faultsOfProblem } from "./faults.js";
import { clearFaults, showFaults } from "./form.js";
import { send, startSending } from "./sending.js";

const $form = $("form", HTMLFormElement);
const $fields = $("fields", HTMLFieldSetElement);

startSending({
  waiting: "withdraw.undone",
  stopped: "withdraw.stopped",
});
whenSent($form, withdraw);

async function withdraw() {
  const receipt = readReceipt($("receipt", HTMLInputElement).value);
  if (!receipt) return showFaults($form, [{ pointer: "#/receipt", key: "fault.receipt" }]);

  clearFaults($form);
  $fields.disabled = true;
  const body = {
    receipt: writeReceipt(receipt),
    keep_count: $("keep", HTMLInputElement).checked,
  };
  const answer = await send(async () => ({ name: "withdraw", body })).finally(() => {
    $fields.disabled = false;
  });
  if (!answer) return goTo($("submit"));
  if (answer.status !== 204) return showFaults($form, faultsOfProblem(answer.body));

  $form.reset();
  $form.hidden = true;
  $("done").hidden = false;
  goTo($("done-heading"));
}
