/** The places in a card or comment that are filled: `data-slot="name"` and so on. */

/** A row's two times are taken one after the other when it is made. */
const AT_ONCE_MS = 1_000;

/**
 * The slot of that name; templates and scripts agree on them, so a missing one is a defect.
 *
 * @template {HTMLElement} T
 * @param {ParentNode} root
 * @param {string} name
 * @returns {T}
 */
export function slot(root, name) {
  const element = root.querySelector(`[data-slot="${name}"]`);
  if (!element) throw new Error(`no slot ${name}`);
  return /** @type {T} */ (element);
}

/**
 * Set a text only where it changes, so that nothing is read out or painted for nothing.
 *
 * @param {ParentNode} root
 * @param {string} name
 * @param {string | number} text
 */
export function fill(root, name, text) {
  const element = slot(root, name);
  if (element.textContent !== String(text)) element.textContent = String(text);
}

/**
 * What is said of who wrote it and when; cards and comments have it alike.
 *
 * @param {ParentNode} root
 * @param {{author: import("./live.js").User, createdAt: string, updatedAt: string}} written
 */
export function fillBy(root, { author, createdAt, updatedAt }) {
  fill(root, "name", author.displayName);
  fill(root, "handle", `@${author.username}`);
  slot(root, "edited").hidden = Date.parse(updatedAt) - Date.parse(createdAt) <= AT_ONCE_MS;
  /** @type {HTMLTimeElement} */
  const when = slot(root, "when");
  when.dateTime = createdAt;
}
