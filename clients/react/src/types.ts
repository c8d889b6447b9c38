/** What the server tells: `site.ts` is written from its classes by `manage.py protocol`. */

import type { Events as SiteEvents, User } from "./site.js";

export type State = "connecting" | "open" | "syncing" | "reconnecting" | "fallback" | "closed";
export type Transport = "websocket" | "sse" | "polling";

export type { Comment, Notification, Post, User } from "./site.js";

/** The server's events by type. A site adds its own: `declare module "django-realtime-react"`. */
export interface Events extends SiteEvents {
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
