/** Keeps every `<time>` of the page true: "now", "3m", and the whole date on hovering. */

import { ago } from "./ago.js";
import { word } from "./words.js";

const EVERY_MS = 20_000;

/** @param {ParentNode} [root] */
export function tellTimes(root = document) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    const time = /** @type {HTMLTimeElement} */ (element);
    const then = new Date(time.dateTime);
    if (Number.isNaN(then.getTime())) continue;
    const text = short(then, Date.now());
    // Only where it changed: a screen reader must not hear of the rest.
    if (time.textContent !== text) time.textContent = text;
    if (!time.title) time.title = then.toLocaleString(document.documentElement.lang);
  }
}

export function startClock() {
  tellTimes();
  setInterval(() => document.hidden || tellTimes(), EVERY_MS);
}

/**
 * @param {Date} then
 * @param {number} now
 */
function short(then, now) {
  const { unit, n } = ago(then.getTime(), now);
  if (unit !== "date") return word(unit, { n });
  return then.toLocaleDateString(document.documentElement.lang, { month: "short", day: "numeric" });
}
