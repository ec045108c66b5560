/** The petition's page: puts the parts together, and holds nothing else. */

import { fillCountries } from "./countries.js";
import { startCount } from "./count.js";
import { $, goTo } from "./element.js";
import { clearFaults, nameRecipients, readForm, showFaults } from "./form.js";
import { say, startLanguage, whenPhrased } from "./language.js";
import { close, reopen, startOutcome } from "./outcome.js";
import { send, startSending } from "./sending.js";
import { takeVia } from "./via.js";

const MOVES_MILLISECONDS = 4000; // the number moves in batches, every few seconds

const $form = $("form", HTMLFormElement);
const $fields = $("fields", HTMLFieldSetElement);

// Readers who only read need not load what signing and sharing take. A module that could not be
// loaded is loaded again, so an import may fail like any request.
const signing = () => import("./signing.js");
const sharing = () => import("./sharing.js");

// WebCrypto is there on https only, and on this machine itself.
const canSeal = Boolean(globalThis.crypto?.subtle);

takeVia();
startOutcome();
whenPhrased(() => fillCountries($("country", HTMLSelectElement)));
whenPhrased(nameRecipients);
startSending({
  waiting: "sending.unsigned",
  stopped: "sending.stopped",
});
const count = startCount(({ status, outcome }) => {
  if (status === "closed") close(outcome);
  else reopen();
});
startLanguage();

$("unsafe").hidden = canSeal;
$fields.disabled = !canSeal;
$form.addEventListener("focusin", prepare, { once: true });
$form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (canSeal) sign();
});
$("share-make").addEventListener("click", share);

/** Loads what signing takes while the person begins to write. */
async function prepare() {
  // What cannot be loaded now is loaded again when the form is sent.
  const loaded = await signing().catch(() => null);
  loaded?.startTagging($("email", HTMLInputElement));
}

async function share() {
  try {
    const { openSharing } = await sharing();
    await openSharing();
  } catch {
    $("share-status").textContent = say("share.failed");
  }
}

async function sign() {
  const form = readForm();
  clearFaults($form);
  $fields.disabled = true;
  let thank = () => {};
  /** @type {import("./faults.js").Fault[]} */
  let faults = [];
  const answer = await send(async () => {
    const { faultsOf, prepareSignature, thankWith } = await signing();
    faults = faultsOf(form);
    if (faults.length) return null;
    const prepared = await prepareSignature(form);
    thank = () => thankWith(prepared.receipt);
    return prepared;
  }).finally(() => {
    $fields.disabled = false;
  });
  if (faults.length) return showFaults($form, faults);
  if (!answer) return goTo($("submit"));
  await settle(answer, thank);
}

/** @param {import("./asking.js").Answer} answer @param {() => void} thank */
async function settle({ status, body }, thank) {
  if (status === 201) {
    $form.reset();
    thank();
    share();
    setTimeout(count.now, MOVES_MILLISECONDS);
  } else if (status === 409) {
    close(null);
    goTo($("closed"));
    count.now();
  } else {
    const { faultsOfProblem } = await signing();
    showFaults($form, faultsOfProblem(body));
  }
}
