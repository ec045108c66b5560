/** What comes back over a network, which may have put something of its own in the place of ours. */

/**
 * @param {Response} answer
 * @returns {Promise<any>}
 * @throws {TypeError} like a failing network: the body did not arrive, or is no JSON, such as the
 *   page of a hotel or a filter
 */
export async function jsonOf(answer) {
  try {
    return await answer.json();
  } catch {
    throw new TypeError(`${answer.url} did not answer with JSON`);
  }
}
