/** The petition's page at first sight: the count, the stage, and the way to what signing takes. */

import { functionUrls } from "./config.js";
import { startCount } from "./count.js";
import { $, goTo, whenSent } from "./element.js";
import { say } from "./language.js";
import { waitSeconds } from "./retry.js";

const MOVES_MILLISECONDS = 4000; // the number moves in batches, every few seconds

// A first sign that somebody is there, on whatever device.
const SIGNS_OF_LIFE = ["pointermove", "pointerdown", "keydown", "scroll", "focusin"];

const $form = $("form", HTMLFormElement);
const $fields = $("fields", HTMLFieldSetElement);
const $foot = $("foot");

// WebCrypto is there on https only, and on this machine itself.
const canSeal = Boolean(globalThis.crypto?.subtle);

// Readers who only look need not load what signing and sharing take. A module that could not be
// loaded is loaded again, so an import may fail like any request.
const acting = () => import("./act.js");
const sharing = () => import("./sharing.js");

let taken = true; // signatures, as far as is known
/** @type {{status: string, outcome: string | null}} */
let last = { status: "open", outcome: null };

const count = startCount(showStage);
new IntersectionObserver(hideFoot).observe($("act"));
$("unsafe").hidden = canSeal;
$fields.disabled = !canSeal;
for (const sign of SIGNS_OF_LIFE) addEventListener(sign, prepare, { once: true, passive: true });
whenSent($form, sign);
$("share-make").addEventListener("click", share);
// A burnt petition has no sign any more. What is not known now is said when somebody signs.
functionUrls("sign").then((urls) => urls.length || endSigning(), () => {});

/** @param {typeof last} tally */
function showStage(tally) {
  last = tally;
  const { status, outcome } = tally;
  const ended = status === "closed" || !taken;
  const signed = !$("thanks").hidden;
  document.documentElement.classList.toggle("ended", ended);
  const told = ended ? outcome : null; // organizers may set it before they close
  document.documentElement.dataset.outcome = told ?? "";
  document.dispatchEvent(new CustomEvent("outcome", { detail: told }));
  $("sign").hidden = ended || signed;
  $("closed").hidden = !ended || signed;
}

/** Whatever the count, which may be older, still says. */
function endSigning() {
  taken = false;
  showStage(last);
}

/** The bar at the foot of a phone goes when what it leads to is in view, or was passed. */
function hideFoot(/** @type {IntersectionObserverEntry[]} */ entries) {
  const { isIntersecting, boundingClientRect } = entries[entries.length - 1];
  $foot.classList.toggle("away", isIntersecting || boundingClientRect.top < 0);
}

/** Loads what signing takes before it is needed. */
async function prepare() {
  for (const sign of SIGNS_OF_LIFE) removeEventListener(sign, prepare);
  // What cannot be loaded now is loaded again when the form is sent.
  await acting().catch(() => {});
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
  if (!canSeal) return;
  const { act } = await whenLoaded(acting);
  const end = await act();
  if (end === "signed") {
    share();
    setTimeout(count.now, MOVES_MILLISECONDS);
  } else if (end === "closed") {
    endSigning();
    goTo($("closed"));
    count.now();
  }
}

/**
 * @template T
 * @param {() => Promise<T>} load
 * @returns {Promise<T>} as soon as the network lets it; meanwhile the person is told
 */
async function whenLoaded(load) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await load();
    } catch (error) {
      // As for every request: only what a network can do is worth another attempt.
      if (!(error instanceof TypeError)) throw error;
      $("sending-status").textContent = say("sending.unsigned");
      await new Promise((later) => setTimeout(later, 1000 * waitSeconds(attempt, 0)));
    }
  }
}
