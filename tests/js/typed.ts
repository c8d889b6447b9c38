/** What the types of a site are for: compiled by test_client.py, and never run. */

import type { Notification, Post, Room, Site, User } from "../../clients/protocol/site.js";
import { RealtimeClient } from "../../realtime/static/realtime/types/client.js";
import type { CloseCode, ErrorCode } from "../../realtime/static/realtime/types/protocol.js";

const client = new RealtimeClient<Site>({ url: "/ws/" });

client.on("post:created", ({ post, author }, frame) => {
  const [written, by, at]: [Post, User, string | undefined] = [post, author, frame.cursor];
  const liked: boolean | undefined = written.isLiked;
  // @ts-expect-error: a post has no title
  written.title;
  // @ts-expect-error: `version` is a number
  const version: string = post.version;
  return [by, at, liked, version];
});
client.on("post:deleted", ({ reason }) => {
  const why: "author" | "moderation" | "visibility" = reason;
  return why;
});
client.on("notification:new", ({ notification, priority }) => {
  const [told, loud]: [Notification, boolean] = [notification, priority === "high"];
  return [told, loud];
});
// @ts-expect-error: there is no such event
client.on("post:crated", () => {});

// The server's own frames, and what happens here.
client.on("connect", ({ user, rooms }) => [user?.displayName, rooms?.length]);
client.on("error", ({ code }) => {
  const known: ErrorCode = code;
  return known;
});
client.on("bye", ({ code }) => {
  const known: CloseCode = code;
  return known;
});
client.on("state", ({ state }) => state === "syncing");
client.on("*", (payload, frame) => [payload, frame.type]);

export async function ask() {
  const { unreadCount } = await client.emit("notification:read", { all: true });
  const { cursor } = await client.join("post:1");
  const left: number = unreadCount;
  // @ts-expect-error: typing is under a post
  await client.emit("user:typing", { post: "1" });
  // @ts-expect-error: there is no such command
  await client.emit("post:like", { postId: "1" });
  // @ts-expect-error: there is no such room
  const room: Room = "posts:1";
  return [left, cursor, room];
}

// Without a site's types anything may come, as before.
const anybody = new RealtimeClient({ url: "/ws/" });
anybody.on("city:warmed", ({ celsius }) => celsius);
anybody.emit("city:cool", { by: 2 }).then((answer) => answer.anything);
