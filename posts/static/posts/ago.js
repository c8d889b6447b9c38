/**
 * How long ago something was, in as few letters as possible.
 *
 * Pure; the page renders the same with the filter of the same name in posts/templatetags/text.py.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * @param {number} then milliseconds
 * @param {number} now milliseconds
 * @returns {{unit: "now" | "minutes" | "hours" | "days" | "date", n: number}}
 */
export function ago(then, now) {
  const passed = now - then;
  if (passed < MINUTE) return { unit: "now", n: 0 };
  if (passed < HOUR) return { unit: "minutes", n: Math.floor(passed / MINUTE) };
  if (passed < DAY) return { unit: "hours", n: Math.floor(passed / HOUR) };
  if (passed < 7 * DAY) return { unit: "days", n: Math.floor(passed / DAY) };
  return { unit: "date", n: 0 };
}
