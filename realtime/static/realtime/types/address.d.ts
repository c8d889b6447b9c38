/**
 * Where the server is, and from where in the log one goes on.
 *
 * Pure. A token is never part of an address: addresses end up in logs.
 */
export type From = {
    cursor?: string | null;
    rooms?: Iterable<string>;
};
/** @typedef {{cursor?: string | null, rooms?: Iterable<string>}} From */
/**
 * @param {string} url the socket's whole address
 * @param {From} from
 * @returns {string}
 */
export declare function socketAddress(url: string, { cursor, rooms }: From): string;
/**
 * @param {string} url the socket's whole address: the fallbacks are on the same host
 * @param {"stream" | "poll"} name
 * @param {From & {limit?: number}} from
 * @returns {string}
 */
export declare function fallbackAddress(url: string, name: "stream" | "poll", { cursor, rooms, limit }: From & {
    limit?: number;
}): string;
/**
 * @param {string} path as in "/ws/", or a whole address
 * @param {string} [page]
 * @returns {string} a whole one, for a socket
 */
export declare function wholeAddress(path: string, page?: string): string;
