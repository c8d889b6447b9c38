/** What the server tells, as docs/protocol.md has it. */

export type State = "connecting" | "open" | "syncing" | "reconnecting" | "fallback" | "closed";
export type Transport = "websocket" | "sse" | "polling";

export interface User {
  id: string;
  username: string;
  displayName: string;
  avatarUrl: string | null;
}

export interface Post {
  id: string;
  author: User;
  body: string;
  hashtags: string[];
  mentions: User[];
  visibility: "public" | "followers";
  likeCount: number;
  commentCount: number;
  /** About the reader; left out of events, which reach many readers. */
  isLiked?: boolean;
  createdAt: string;
  updatedAt: string;
  /** Counts the post's changes, its likes and comments too. */
  version: number;
}

export interface Comment {
  id: string;
  postId: string;
  author: User;
  body: string;
  createdAt: string;
  updatedAt: string;
  version: number;
}

export interface Notification {
  id: string;
  kind: "like" | "comment" | "mention" | "follow" | "moderation";
  priority: "high" | "normal" | "low";
  actor: User | null;
  postId: string | null;
  commentId: string | null;
  text: string;
  isRead: boolean;
  createdAt: string;
}

interface PostNews {
  post: Post;
  author: User;
  timestamp: string;
}

interface Likes {
  postId: string;
  userId: string;
  likeCount: number;
  version: number;
  timestamp: string;
}

interface CommentNews {
  comment: Comment;
  postId: string;
  commentCount: number;
  version: number;
  timestamp: string;
}

interface Presence {
  users: { userId: string; lastSeen: string | null }[];
  version: number;
}

interface Typing {
  userId: string;
  postId: string;
}

interface Follow {
  userId: string;
  targetId: string;
}

/** The server's events by type. A site adds its own: `declare module "django-realtime-react"`. */
export interface Events {
  "post:created": PostNews;
  "post:updated": PostNews;
  "post:deleted": { postId: string; reason: "author" | "moderation" | "visibility"; timestamp: string };
  "post:liked": Likes;
  "post:unliked": Likes;
  "comment:added": CommentNews;
  "comment:updated": CommentNews;
  "comment:deleted": Omit<CommentNews, "comment"> & { commentId: string; reason: string };
  "notification:new": { notification: Notification; userId: string; priority: string; unreadCount: number };
  "notification:read": { notificationIds: string[] | "all"; userId: string; unreadCount: number };
  "user:followed": Follow;
  "user:unfollowed": Follow;
  "user:blocked": Follow;
  "user:unblocked": Follow;
  "user:online": Presence;
  "user:offline": Presence;
  "user:typing": Typing;
  "user:stopped_typing": Typing;
  "room:joined": { room: string; reason: string };
  "room:left": { room: string; reason: string };
}

/** Of the connection itself; `reset`: fetch afresh, the log no longer has what is between. */
export interface LocalEvents {
  connect: { user?: User };
  disconnect: { code: number };
  reconnect: { attempt: number };
  error: Trouble;
  state: { state: State };
  transport: { transport: Transport | null };
  reset: { reset: string; cursor: string };
  "sync:response": { cursor: string; complete: boolean; unreadCount: number; onlineUsers?: string[] };
}

export interface Frame {
  type: string;
  payload: unknown;
  seq?: string;
  cursor?: string;
  rooms?: string[];
  ts?: string;
  /** The key of the write that caused it. */
  op?: string;
}

export interface Trouble {
  code: string;
  message: string;
}

type Known = Events & LocalEvents;
/** Local events come without a frame. */
export type Handler<T extends string> = (
  payload: T extends keyof Known ? Known[T] : any,
  frame: Frame,
) => void;
export type Subscribe = <T extends keyof Known | "*" | (string & {})>(
  type: T,
  handler: Handler<T>,
) => () => void;
export type Unsubscribe = <T extends keyof Known | "*" | (string & {})>(
  type: T,
  handler: Handler<T>,
) => void;
