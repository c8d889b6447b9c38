/** Long posts are cut in a card: where one is, a link says so, and shows the rest in its place. */

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) look(/** @type {HTMLElement} */ (target));
});

/** @type {WeakMap<Element, HTMLElement>} the link of each text */
const links = new WeakMap();

/** @param {HTMLElement} text */
function look(text) {
  const more = links.get(text);
  // A line may stand out by a fraction of a pixel.
  if (more) more.hidden = text.scrollHeight - text.clientHeight <= 2;
}

/**
 * @param {HTMLElement} text
 * @param {HTMLElement} more the link to the whole
 */
export function watchLength(text, more) {
  if (!links.has(text)) more.addEventListener("click", (event) => open(event, text, more));
  links.set(text, more);
  sizes.observe(text);
}

/** @param {HTMLElement} text */
export function forgetLength(text) {
  sizes.unobserve(text);
}

/**
 * @param {Event} event
 * @param {HTMLElement} text
 * @param {HTMLElement} more
 */
function open(event, text, more) {
  event.preventDefault();
  text.classList.add("opened");
  more.hidden = true;
  // The link is gone; the keyboard goes on at what it has opened.
  text.tabIndex = -1;
  text.focus({ preventScroll: true });
}
