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

/** @param {Blob} content @param {string} name of the file */
export function save(content, name) {
  const $link = document.createElement("a");
  $link.href = URL.createObjectURL(content);
  $link.download = name;
  $link.target = "_blank"; // no link of ours: first.js lets it be
  $link.click();
  setTimeout(() => URL.revokeObjectURL($link.href), 60_000);
}
