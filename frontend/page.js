/** The petition's page: puts the parts together, and holds nothing else. */

import { fillCountries } from "./countries.js";
import { startCount } from "./count.js";
import { faultsOf, faultsOfProblem } from "./faults.js";
import { clearFaults, readForm, showFaults } from "./form.js";
import { startLanguage, whenWorded } from "./language.js";
import { goTo, startLeaving } from "./leave.js";
import { close, reopen, startUpdates } from "./outcome.js";
import { canSeal } from "./seal.js";
import { startSending } from "./sending.js";
import { openSharing, startSharing } from "./sharing.js";
import { prepareSignature } from "./signing.js";
import { thank } from "./thanks.js";
import { takeVia } from "./via.js";

const MOVES_MILLISECONDS = 4000; // the number moves in batches, every few seconds

const $ = (id) => document.getElementById(id);
const $form = $("form");

takeVia();
startLeaving();
startUpdates();
startSharing();
whenWorded(() => fillCountries($("country")));
const send = startSending($("sending"), {
  waiting: "sending.unsigned",
  stopped: "sending.stopped",
});
const count = startCount(({ status, outcome }) => {
  if (status === "closed") close(outcome);
  else reopen();
});
startLanguage();

$("unsafe").hidden = canSeal();
$("fields").disabled = !canSeal();
$form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (canSeal()) sign();
});

async function sign() {
  const form = readForm($form);
  const faults = faultsOf(form);
  if (faults.length) return showFaults($form, faults);

  clearFaults($form);
  $("fields").disabled = true;
  let receipt;
  const answer = await send(async () => {
    const prepared = await prepareSignature(form);
    receipt = prepared.receipt;
    return prepared;
  }).finally(() => {
    $("fields").disabled = false;
  });
  if (!answer) return goTo($("submit"));
  settle(answer, receipt);
}

/** @param {import("./delivery.js").Answer} answer @param {Uint8Array} receipt */
function settle({ status, body }, receipt) {
  if (status === 201) {
    $form.reset();
    thank(receipt);
    openSharing();
    setTimeout(count.now, MOVES_MILLISECONDS);
  } else if (status === 409) {
    close(null);
    goTo($("closed"));
    count.now();
  } else {
    showFaults($form, faultsOfProblem(body));
  }
}
