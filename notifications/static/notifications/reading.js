/** What is read: one count and one set for the whole page, changed at once and kept true. */

import { client } from "../posts/live.js";
import { remember } from "../posts/people.js";
import { updates } from "../posts/updates.js";

/** @typedef {{unreadCount: number, read: {[id: string]: true}}} Reading */

const KEY = "notifications";

/** @param {Reading} state @param {string[]} ids @returns {Reading} */
function without(state, ids) {
  const news = ids.filter((id) => !state.read[id]);
  if (!news.length) return state;
  const read = { ...state.read, ...Object.fromEntries(news.map((id) => [id, true])) };
  return { unreadCount: Math.max(0, state.unreadCount - news.length), read };
}

updates.define("read", {
  request: ({ id }) => ({ method: "POST", path: `/notifications/${id}/read` }),
  change: (state, { id }) => without(/** @type {Reading} */ (state), [id]),
});
updates.define("read-all", {
  request: () => ({ method: "POST", path: "/notifications/read-all" }),
  change: (state, { ids }) => ({ ...without(/** @type {Reading} */ (state), ids), unreadCount: 0 }),
});

/**
 * @param {number} unreadCount as the page says
 * @param {(state: Reading) => void} show
 */
export function startReading(unreadCount, show) {
  updates.track(KEY, { unreadCount, read: {} }, /** @type {any} */ (show));
  client.on("notification:new", ({ notification, unreadCount }) => {
    if (notification.actor) remember(notification.actor);
    updates.rebase(KEY, { unreadCount });
  });
  client.on("notification:read", ({ notificationIds, unreadCount }, { op }) => {
    const ids = notificationIds === "all" ? listed() : notificationIds;
    updates.rebase(KEY, (base) => ({ ...without(/** @type {Reading} */ (base), ids), unreadCount }), op);
  });
  client.on("sync:response", ({ unreadCount }) => {
    if (unreadCount !== undefined) updates.rebase(KEY, { unreadCount });
  });
}

/** @param {string} id */
export function markRead(id) {
  updates.add("read", KEY, { id }).catch(() => {});
}

export function markAllRead() {
  updates.add("read-all", KEY, { ids: listed() }).catch(() => {});
}

/** @param {(state: Reading) => void} show @returns {() => void} */
export function onReading(show) {
  return updates.track(KEY, {}, /** @type {any} */ (show));
}

/** @returns {string[]} those that this page shows as unread */
function listed() {
  const items = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".told[data-id]"));
  return [...items].map(({ dataset }) => dataset.id ?? "");
}
