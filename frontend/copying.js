/** Puts text where the person can take it: the clipboard, or a file. */

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether the browser allowed it
 */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} text @param {string} name of the file */
export function save(text, name) {
  const $link = document.createElement("a");
  $link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  $link.download = name;
  $link.target = "_blank"; // no link of ours: first.js lets it be
  $link.click();
  setTimeout(() => URL.revokeObjectURL($link.href), 60_000);
}
