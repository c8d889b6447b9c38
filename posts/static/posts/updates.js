/** What a reader changes here, before the server has it: one rule for each kind of change. */

import { OptimisticUpdates } from "../realtime/optimistic.js";
import { rest, viewer } from "./live.js";
import { explain, toast } from "./toast.js";

export const updates = new OptimisticUpdates({
  send: ({ method, path, body }, op) => rest.write(method, path, { body, op }),
  storage: sessionStorage,
  // What one reader left undone is not sent in another's name.
  name: `updates-${viewer.id}`,
  onRefused(error, update) {
    const refused = new CustomEvent("update-refused", { cancelable: true, detail: { error, update } });
    if (document.dispatchEvent(refused)) toast(explain(error));
  },
});

/**
 * Be told of what the server refused, also of what was sent before the page was loaded again.
 *
 * @param {string} kind
 * @param {(update: {op: string, args: any}, why: string) => boolean} take whether it has said so
 */
export function onRefused(kind, take) {
  document.addEventListener("update-refused", (event) => {
    const { error, update } = /** @type {CustomEvent} */ (event).detail;
    if (update.kind === kind && take(update, explain(error))) event.preventDefault();
  });
}

updates.define("like", {
  replaces: true,
  request: ({ id, like }) => ({ method: like ? "POST" : "DELETE", path: `/posts/${id}/like` }),
  change: (state, { like }) => {
    if (state.isLiked === like) return state;
    return { ...state, isLiked: like, likeCount: state.likeCount + (like ? 1 : -1) };
  },
});

updates.define("post", {
  request: (body) => ({ method: "POST", path: "/posts", body }),
});

updates.define("comment", {
  request: ({ postId, body }) => ({
    method: "POST",
    path: `/posts/${postId}/comments`,
    body: { body },
  }),
});

updates.define("follow", {
  replaces: true,
  request: ({ id, follow }) => ({
    method: follow ? "PUT" : "DELETE",
    path: `/users/${id}/follow`,
  }),
  change: (state, { follow }) => {
    if (state.isFollowed === follow) return state;
    const followerCount = state.followerCount + (follow ? 1 : -1);
    return { ...state, isFollowed: follow, followerCount };
  },
});

updates.define("block", {
  replaces: true,
  request: ({ id, block }) => ({ method: block ? "PUT" : "DELETE", path: `/users/${id}/block` }),
  change: (state, { block }) =>
    state.isBlocked === block ? state : { ...state, isBlocked: block },
});

updates.define("follow-tag", {
  replaces: true,
  request: ({ tag, follow }) => ({
    method: follow ? "PUT" : "DELETE",
    path: `/hashtags/${encodeURIComponent(tag)}/follow`,
  }),
  change: (state, { follow }) =>
    state.isFollowed === follow ? state : { ...state, isFollowed: follow },
});
