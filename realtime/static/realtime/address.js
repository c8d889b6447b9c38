/**
 * Where the server is, and from where in the log one goes on.
 *
 * Pure. A token is never part of an address: addresses end up in logs.
 */

/** @typedef {{cursor?: string | null, rooms?: Iterable<string>}} From */

/**
 * @param {string} url the socket's whole address
 * @param {From} from
 * @returns {string}
 */
export function socketAddress(url, { cursor, rooms }) {
  return address(url, { cursor, rooms: [...(rooms ?? [])].join() });
}

/**
 * @param {string} url the socket's whole address: the fallbacks are on the same host
 * @param {"stream" | "poll"} name
 * @param {From & {limit?: number}} from
 * @returns {string}
 */
export function fallbackAddress(url, name, { cursor, rooms, limit }) {
  const base = new URL(`/api/realtime/${name}`, url.replace(/^ws/, "http")).href;
  return address(base, { lastEventId: cursor, rooms: [...(rooms ?? [])].join(), limit });
}

/**
 * @param {string} path as in "/ws/", or a whole address
 * @param {string} [page]
 * @returns {string} a whole one, for a socket
 */
export function wholeAddress(path, page = globalThis.location?.href) {
  return new URL(path, page).href.replace(/^http/, "ws");
}

/** @param {string} base @param {Record<string, string | number | null | undefined>} query */
function address(base, query) {
  const url = new URL(base);
  for (const [name, value] of Object.entries(query)) {
    if (value) url.searchParams.set(name, String(value));
  }
  return url.href;
}
