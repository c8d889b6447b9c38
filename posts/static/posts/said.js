/**
 * What those who listen should hear of what they did: one short sentence, when it has settled.
 *
 * One place in the page for all of it. What others do is not told here: a feed would never be quiet.
 */

/** After the last of several quick presses, in milliseconds. */
const SETTLED_MS = 1_000;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {() => string} sentence as it is then */
export function tellSoon(sentence) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const place = document.querySelector(".said-last");
    if (place) place.textContent = sentence();
  }, SETTLED_MS);
}
