/** What is wrong with a form, said as the functions say it: by a JSON pointer to the field. */

import { parseAddress } from "./crypto/address.js";
import { utf8 } from "./crypto/digest.js";

/**
 * @typedef {object} Fault
 * @property {string} pointer "#/" and the id of the field
 * @property {string} [key] of the phrase that says it
 * @property {Record<string, number>} [values]
 * @property {string} [detail] the server's own sentence, where there is no key
 */

// As the functions have them; see openapi.yaml.
const MAX_NAME_CHARACTERS = 100;
const MAX_MESSAGE_CHARACTERS = 280;
const MAX_EMAIL_OCTETS = 440; // full-width letters take three octets where mail takes one
const FORMULA = /^[=+@-]/; // a spreadsheet would run it
const INVISIBLE = /[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/u;

/**
 * All faults of a signature at once, in the order of the fields.
 *
 * @param {{name: string, email: string, message: string}} form
 * @returns {Fault[]}
 */
export function faultsOf({ name, email, message }) {
  const over = [...message].length - MAX_MESSAGE_CHARACTERS;
  return [
    ...faultOfName(name),
    ...faultOfEmail(email),
    ...(over > 0
      ? [{ pointer: "#/message", key: "fault.message_long", values: { count: over } }]
      : []),
    ...(INVISIBLE.test(message.replaceAll("\n", ""))
      ? [{ pointer: "#/message", key: "fault.message_characters" }]
      : []),
  ];
}

/** @param {string} email @returns {Fault[]} */
function faultOfEmail(email) {
  const pointer = "#/email";
  if (utf8(email).length > MAX_EMAIL_OCTETS) return [{ pointer, key: "fault.email_long" }];
  return parseAddress(email) ? [] : [{ pointer, key: "fault.email" }];
}

/** @param {string} name @returns {Fault[]} */
function faultOfName(name) {
  const fault = (/** @type {string} */ key) => [{ pointer: "#/name", key }];
  if (name === "") return fault("fault.name");
  if ([...name].length > MAX_NAME_CHARACTERS) return fault("fault.name_long");
  if (FORMULA.test(name)) return fault("fault.name_start");
  if (INVISIBLE.test(name)) return fault("fault.name_characters");
  return [];
}

/**
 * The sealed form's fields that come from one of the page's.
 *
 * @type {Record<string, string>}
 */
const FIELDS = { address_tag: "email" };

/**
 * The faults of a problem document.
 *
 * @param {{title?: string, detail?: string, errors?: {pointer: string, detail: string}[]}}
 *   [problem]
 * @returns {Fault[]} at least one
 */
export function faultsOfProblem(problem) {
  const errors = problem?.errors ?? [];
  if (!errors.length) return [{ pointer: "#", detail: problem?.detail ?? problem?.title ?? "" }];
  return errors.map(({ pointer, detail }) => {
    const field = pointer.slice(pointer.lastIndexOf("/") + 1);
    return { pointer: `#/${FIELDS[field] ?? field}`, detail };
  });
}
