/** This page's connection, which the tabs of one reader share, its REST side, and who reads it. */

import { RealtimeClient } from "../realtime/client.js";
import { Rest } from "../realtime/rest.js";

/**
 * @typedef {{id: string, username: string, displayName: string, avatarUrl: string | null}} User
 * @typedef {{
 *   id: string, author: User, body: string, hashtags: string[], mentions: User[],
 *   visibility: "public" | "followers", likeCount: number, commentCount: number,
 *   isLiked?: boolean, createdAt: string, updatedAt: string, version: number,
 * }} Post
 * @typedef {{
 *   id: string, postId: string, author: User, body: string,
 *   createdAt: string, updatedAt: string, version: number,
 * }} Comment
 */

const { cursor, csrf = "", userId, transports } = document.body.dataset;
const thread = document.querySelector("comment-thread");
const room = thread instanceof HTMLElement ? [`post:${thread.dataset.post}`] : [];

/** @type {User} */
export const viewer = JSON.parse(document.getElementById("viewer")?.textContent ?? "null");
export const rest = new Rest({ csrf });
export const client = new RealtimeClient({
  url: "/ws/",
  cursor,
  rooms: room,
  user: userId,
  transports: /** @type {any} */ (transports?.split(",")),
  rest: {
    "notification:read": ({ all, notificationId }) =>
      rest.write("POST", `/notifications/${all ? "read-all" : `${notificationId}/read`}`),
  },
});
