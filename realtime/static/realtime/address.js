/**
 * The socket's address: where it is, and from where in the log it goes on.
 *
 * Pure. A token is never part of it: addresses end up in logs.
 */

/**
 * @param {string} path as in "/ws/", or a whole address
 * @param {{cursor?: string | null, rooms?: Iterable<string>, page?: string}} from
 * @returns {string}
 */
export function socketAddress(path, { cursor, rooms = [], page = globalThis.location?.href }) {
  const url = new URL(path, page);
  url.protocol = url.protocol.replace("http", "ws");
  if (cursor) url.searchParams.set("cursor", cursor);
  const joined = [...rooms].join(",");
  if (joined) url.searchParams.set("rooms", joined);
  return url.href;
}
