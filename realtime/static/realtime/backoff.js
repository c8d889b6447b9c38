/**
 * When to come back: what a close code asks for, and how long to wait.
 *
 * Pure: numbers in, numbers out. The ranges are those of docs/protocol.md.
 */

/** @typedef {"stop" | "backoff" | "now"} Return */

/** Server restart in RFC 6455's registry: the new process is already on its way. */
const SERVICE_RESTART = 1012;

/**
 * What a client does after a close.
 *
 * @param {number} code
 * @returns {Return}
 */
export function afterClose(code) {
  if (code === SERVICE_RESTART || (code >= 4200 && code < 4300)) return "now";
  if (code >= 4000 && code < 4100) return "stop";
  return "backoff";
}

/**
 * A wait before try number `attempt` (from 0): anything between nothing and a bound that doubles.
 *
 * Full jitter on purpose: thousands of pages that lost the same server must not come back as one.
 *
 * @param {number} attempt
 * @param {{base?: number, cap?: number, random?: () => number}} [options] milliseconds
 * @returns {number} milliseconds
 */
export function fullJitter(attempt, { base = 1000, cap = 30_000, random = Math.random } = {}) {
  return random() * Math.min(cap, base * 2 ** attempt);
}

/**
 * How long to wait after a close that may be tried again.
 *
 * @param {Return} then
 * @param {{attempt: number, atOnce: number, random: () => number, base?: number}} state
 *   `atOnce`: milliseconds over which those that come back at once spread themselves
 * @returns {number} milliseconds
 */
export function waitAfter(then, { attempt, atOnce, random, base }) {
  // The first return after a good connection may be at once; one that fails again backs off.
  if (then === "now" && attempt === 0) return random() * atOnce;
  return fullJitter(attempt, { base, random });
}
