/** A notification in words: the client's half of notifications/templatetags/bell.py. */

import { pageOf } from "../posts/face.js";
import { phrase, word } from "../posts/words.js";

/**
 * @typedef {{
 *   id: string, kind: "like" | "comment" | "mention" | "follow" | "moderation",
 *   priority: "high" | "normal" | "low", actor: import("../posts/live.js").User | null,
 *   postId: string | null, commentId: string | null, text: string, isRead: boolean,
 *   createdAt: string,
 * }} Notification
 */

/** @param {Notification} told @returns {(Node | string)[]} */
export function said({ kind, actor, text }) {
  if (kind !== "moderation") return phrase(`told-${kind}`, { name: actor?.displayName ?? "—" });
  // The first line may be one of the site's sentences, which the page has in its language.
  const [first, ...rest] = text.split("\n");
  return [[first && word(first), ...rest].join("\n")];
}

/** @param {Notification} told @returns {string} where one sees what it is about; may be empty */
export function leadsTo({ postId, commentId, actor }) {
  if (postId) return `/posts/${postId}/${commentId ? `#comment-${commentId}` : ""}`;
  return actor ? pageOf(actor.username) : "";
}
