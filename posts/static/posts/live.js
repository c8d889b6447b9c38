/** This page's one connection, its REST side, and who reads it. */

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

const { cursor, csrf = "" } = document.body.dataset;
const thread = document.querySelector("comment-thread");
const room = thread instanceof HTMLElement ? [`post:${thread.dataset.post}`] : [];

/** @type {User} */
export const viewer = JSON.parse(document.getElementById("viewer")?.textContent ?? "null");
export const rest = new Rest({ csrf });
export const client = new RealtimeClient({ url: "/ws/", cursor, rooms: room });

/** Connect, and stay so over sleep, changes of network and the back button. */
export function goLive() {
  client.connect();
  addEventListener("online", () => client.wake());
  document.addEventListener("visibilitychange", () => document.hidden || client.wake());
  // A page with an open socket is not kept for the back button: leave it, and come back.
  addEventListener("pagehide", () => client.disconnect());
  addEventListener("pageshow", (event) => event.persisted && client.connect());
}
