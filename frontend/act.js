/** Signing, from the first key to the thanks. */

import { CLOSED } from "./asking.js";
import { fillCountries } from "./countries.js";
import { thankSigner } from "./count.js";
import { $, goTo } from "./element.js";
import { clearFaults, mendFaults, readForm, showFaults } from "./form.js";
import { whenPhrased } from "./language.js";
import { startSending, send } from "./sending.js";
import { startAsking } from "./spelling.js";
import {
  faultsOf,
  faultsOfProblem,
  prepareSignature,
  settleSignature,
  startTagging,
  thankWith,
} from "./signing.js";

const $form = $("form", HTMLFormElement);
const $fields = $("fields", HTMLFieldSetElement);
const $email = $("email", HTMLInputElement);

whenPhrased(() => fillCountries($("country", HTMLSelectElement)));
startSending({
  waiting: "sending.unsigned",
  stopped: "sending.stopped",
});
startTagging($email);
startAsking($email);
mendFaults($form, () => faultsOf(readForm()));

/**
 * Sends what is written in the form, as often as it takes.
 *
 * @returns {Promise<"signed" | "closed" | "open">} how it ended; "open" when there are faults, or
 *   the person stopped it
 */
export async function act() {
  const form = readForm();
  clearFaults($form);
  const faults = faultsOf(form);
  if (faults.length) {
    showFaults($form, faults);
    return "open";
  }
  $fields.disabled = true;
  /** @type {Awaited<ReturnType<typeof prepareSignature>> | undefined} */
  let prepared;
  const answer = await send(async () => {
    prepared = await prepareSignature(form);
    return prepared;
  }).finally(() => {
    $fields.disabled = false;
  });
  if (!answer || !prepared) {
    goTo($("submit"));
    return "open";
  }
  return settle(answer, prepared);
}

/**
 * @param {import("./asking.js").Answer} answer
 * @param {Awaited<ReturnType<typeof prepareSignature>>} prepared
 */
function settle({ status, body }, prepared) {
  if (CLOSED.has(status)) return "closed";
  if (status !== 201) {
    showFaults($form, faultsOfProblem(body));
    return "open";
  }
  settleSignature(prepared);
  $form.reset();
  thankWith(prepared.receipt);
  thankSigner();
  return "signed";
}
