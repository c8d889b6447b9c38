/**
 * When to come back: what a close code asks for, and how long to wait.
 *
 * Pure: numbers in, numbers out. The ranges are those of docs/protocol.md.
 */
export type Return = "stop" | "backoff" | "now";
/**
 * What a client does after a close.
 *
 * @param {number} code
 * @returns {Return}
 */
export declare function afterClose(code: number): Return;
/**
 * A wait before try number `attempt` (from 0): anything between nothing and a bound that doubles.
 *
 * Full jitter on purpose: thousands of pages that lost the same server must not come back as one.
 *
 * @param {number} attempt
 * @param {{base?: number, cap?: number, random?: () => number}} [options] milliseconds
 * @returns {number} milliseconds
 */
export declare function fullJitter(attempt: number, { base, cap, random }?: {
    base?: number;
    cap?: number;
    random?: () => number;
}): number;
/**
 * How long to wait after a close that may be tried again.
 *
 * @param {Return} then
 * @param {{attempt: number, atOnce: number, random: () => number, base?: number}} state
 *   `atOnce`: milliseconds over which those that come back at once spread themselves
 * @returns {number} milliseconds
 */
export declare function waitAfter(then: Return, { attempt, atOnce, random, base }: {
    attempt: number;
    atOnce: number;
    random: () => number;
    base?: number;
}): number;
