/** The page where a friend, a courier, sends sealed signatures that others could not send. */

import { CLOSED } from "./asking.js";
import { functionUrls } from "./config.js";
import { $, goTo, whenSent } from "./element.js";
import { clearFaults, showFaults } from "./form.js";
import { say, whenPhrased } from "./language.js";
import { readSealed } from "./sealed.js";
import { send, startSending } from "./sending.js";

const $form = $("form", HTMLFormElement);
const $fields = $("fields", HTMLFieldSetElement);

/** @type {{sent: number, closed: number, refused: number} | undefined} what became of them */
let result;

startSending({ now: "carry.now", waiting: "carry.unsent", stopped: "carry.stopped" });
whenPhrased(showResult);
whenSent($form, carry);
// What is not known now is said when something is sent.
functionUrls("sign").then(showWhetherOpen, () => {});

/** A burnt petition has no sign, and nothing can be sent any more. @param {string[]} urls */
function showWhetherOpen(urls) {
  $form.hidden = !urls.length;
  $("closed").hidden = urls.length > 0;
}

async function carry() {
  const sealed = readSealed(await readText());
  if (!sealed.length) return showFaults($form, [{ pointer: "#/sealed", key: "fault.sealed" }]);

  clearFaults($form);
  $fields.disabled = true;
  const sent = await sendAll(sealed).finally(() => {
    $fields.disabled = false;
  });
  if (!sent) return goTo($("submit"));

  result = sent;
  $form.reset();
  showResult();
  goTo($("done-heading"));
}

/** @returns {Promise<string>} what was pasted, and what is in the files that were chosen */
async function readText() {
  const files = Array.from($("files", HTMLInputElement).files ?? [], (file) => file.text());
  return [$("sealed", HTMLTextAreaElement).value, ...(await Promise.all(files))].join("\n");
}

/**
 * @param {import("./sealed.js").Sealed[]} all
 * @returns {Promise<typeof result>} undefined when the person stopped it
 */
async function sendAll(all) {
  const ends = { sent: 0, closed: 0, refused: 0 };
  for (const { petition, envelope } of all) {
    const answer = await send(async () => ({ name: "sign", petition, body: { envelope } }));
    if (!answer) return undefined;
    if (answer.status === 201) ends.sent += 1;
    else if (CLOSED.has(answer.status)) ends.closed += 1;
    else ends.refused += 1;
  }
  return ends;
}

function showResult() {
  if (!result) return;
  $("done").hidden = false;
  const { sent, closed, refused } = result;
  $("done-sent").textContent = say("carry.sent", { count: sent });
  $("done-closed").textContent = closed ? say("carry.closed", { count: closed }) : "";
  $("done-refused").textContent = refused ? say("carry.refused", { count: refused }) : "";
}
