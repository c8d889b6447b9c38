/**
 * What this site sends, and what it can be asked for.
 *
 * Written by `manage.py protocol` from the classes of the server: change those, not this.
 */

/** Something said under a post. */
export interface Comment {
  id: string;
  postId: string;
  author: User;
  body: string;
  createdAt: string;
  updatedAt: string;
  version: number;
}

/** A comment was written. `version` is the post's. */
export interface CommentAdded {
  comment: Comment;
  postId: string;
  commentCount: number;
  version: number;
  timestamp: string;
}

/** A comment is gone. */
export interface CommentDeleted {
  commentId: string;
  postId: string;
  commentCount: number;
  reason: "author" | "moderation" | "visibility";
  version: number;
  timestamp: string;
}

/** A comment's text was changed, or it is there again. */
export interface CommentUpdated {
  comment: Comment;
  postId: string;
  commentCount: number;
  version: number;
  timestamp: string;
}

/** A command was carried out; there is nothing more to say. */
export interface Done {
}

/** An entry of the log as staff sees it; `type` is empty where only rights changed. */
export interface LogLine {
  seq: string;
  type: string;
  rooms: string[];
  ts: string;
  op: string | null;
  effects: string[];
  payload: any;
}

/** Something that one user should know of. */
export interface Notification {
  id: string;
  kind: "comment" | "follow" | "like" | "mention" | "moderation";
  priority: "high" | "low" | "normal";
  /** Who did it; null where it was the site. */
  actor: User | null;
  postId: string | null;
  commentId: string | null;
  /** A sentence in plain English. */
  text: string;
  isRead: boolean;
  createdAt: string;
}

/** There is something that a user should know of. */
export interface NotificationNew {
  notification: Notification;
  userId: string;
  priority: "high" | "low" | "normal";
  unreadCount: number;
}

/** Some of a user's notifications are read, or gone: which of the two a client need not know. */
export interface NotificationRead {
  notificationIds: string[] | "all";
  userId: string;
  unreadCount: number;
}

/** One connection of a user; `unsent` are bytes. */
export interface OpenSocket {
  id: string;
  transport: string;
  since: string;
  rooms: string[];
  unsent: number;
}

/** Something said to everybody, or to the author's followers. */
export interface Post {
  id: string;
  author: User;
  body: string;
  /** Normalized, in the order of the body. */
  hashtags: string[];
  mentions: User[];
  visibility: "followers" | "public";
  likeCount: number;
  commentCount: number;
  /** About the reader; left out where there are many. */
  isLiked?: boolean;
  createdAt: string;
  updatedAt: string;
  version: number;
}

/** A post was written. */
export interface PostCreated {
  post: Post;
  author: User;
  timestamp: string;
}

/** A post is gone, or gone for those who get this. */
export interface PostDeleted {
  postId: string;
  reason: "author" | "moderation" | "visibility";
  timestamp: string;
}

/** A user likes a post. */
export interface PostLiked {
  postId: string;
  userId: string;
  likeCount: number;
  version: number;
  timestamp: string;
}

/** A user does not like a post any more. */
export interface PostUnliked {
  postId: string;
  userId: string;
  likeCount: number;
  version: number;
  timestamp: string;
}

/** A post's text or visibility was changed, or it is there again. */
export interface PostUpdated {
  post: Post;
  author: User;
  timestamp: string;
}

/** One of yours by its id, or all of them by `all: true`. */
export interface Read {
  notificationId?: string | null;
  all?: boolean;
}

/** A user, and when they were last here; null while they are. */
export interface Seen {
  userId: string;
  lastSeen: string | null;
}

/** Events have passed, oldest first; `skipped` more came too fast to be shown. */
export interface StaffEvents {
  events: LogLine[];
  skipped: number;
}

/** A process has told which connections a user has there; `ask` names the question. */
export interface StaffSockets {
  ask: string;
  node: string;
  name: string;
  userId: string;
  sockets: OpenSocket[];
}

/** A process has told its numbers: totals since its start, or of this second where named so. */
export interface StaffStats {
  /** The process: its name among all, and its machine and number for people. */
  node: string;
  name: string;
  /** Whether somebody at this very process watches: that keeps the others telling, too. */
  isWatched: boolean;
  /** Open now, by transport; the users behind them. */
  connections: { [name: string]: number };
  users: number;
  /** Per second, since the last time: events of the log, and these times their readers here. */
  events: number;
  deliveries: number;
  /** Milliseconds that half and 99 of 100 events of the last ten seconds took; null without any. */
  lag50: number | null;
  lag99: number | null;
  /** The newest number of the log that is with its readers here; entries that have none yet, null where the database does not say. */
  head: number;
  backlog: number | null;
  slowCuts: number;
  replays: { [name: string]: number };
  resets: number;
  /** The largest rooms here, the largest first. */
  rooms: ([string, number])[];
}

/** Under which post. */
export interface UnderPost {
  postId: string;
}

/** How much is left, for the reader who has just read something. */
export interface UnreadState {
  unreadCount: number;
}

/** Somebody who reads and writes here. */
export interface User {
  id: string;
  username: string;
  displayName: string;
  avatarUrl: string | null;
}

/** A user has blocked another. */
export interface UserBlocked {
  userId: string;
  targetId: string;
}

/** A user has begun to follow another. */
export interface UserFollowed {
  userId: string;
  targetId: string;
}

/** Users have gone offline: the changes of 300 ms together. */
export interface UserOffline {
  users: Seen[];
  version: number;
}

/** Users have come online: the changes of 300 ms together. */
export interface UserOnline {
  users: Seen[];
  version: number;
}

/** A user has posted the comment, given it up, or gone. */
export interface UserStoppedTyping {
  userId: string;
  postId: string;
}

/** A user is writing a comment; their own sockets are not told, here and of the end. */
export interface UserTyping {
  userId: string;
  postId: string;
}

/** A user has ended a block. */
export interface UserUnblocked {
  userId: string;
  targetId: string;
}

/** A user has ceased to follow another. */
export interface UserUnfollowed {
  userId: string;
  targetId: string;
}

/** Names of rooms. */
export type Room = "staff" | "public" | `user:${string}` | `following:${string}` | `post:${string}` | `hashtag:${string}` | "presence";

/** Payloads of events, by their type. */
export type Events = {
  "user:followed": UserFollowed;
  "user:unfollowed": UserUnfollowed;
  "user:blocked": UserBlocked;
  "user:unblocked": UserUnblocked;
  "post:created": PostCreated;
  "post:updated": PostUpdated;
  "post:deleted": PostDeleted;
  "post:liked": PostLiked;
  "post:unliked": PostUnliked;
  "comment:added": CommentAdded;
  "comment:updated": CommentUpdated;
  "comment:deleted": CommentDeleted;
  "notification:new": NotificationNew;
  "notification:read": NotificationRead;
  "user:online": UserOnline;
  "user:offline": UserOffline;
  "user:typing": UserTyping;
  "user:stopped_typing": UserStoppedTyping;
  "staff:stats": StaffStats;
  "staff:events": StaffEvents;
  "staff:sockets": StaffSockets;
};

/** What this site's sockets take. */
export type Commands = {
  "notification:read": { payload: Read; answer: UnreadState };
  "user:typing": { payload: UnderPost; answer: Done };
  "user:stopped_typing": { payload: UnderPost; answer: Done };
};

/** For the client: `new RealtimeClient<Site>(…)`. */
export type Site = {
  "events": Events;
  "commands": Commands;
  "room": Room;
  "user": User;
};
