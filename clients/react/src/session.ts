/**
 * What one reader has here: a connection, the REST side, their changes on the way, and who is there.
 *
 * Made once in a browser and never on a server, so that nothing of one request is left for the next.
 */

import { useEffect, useRef, useState } from "react";
import { wholeAddress } from "./client/address.js";
import { RealtimeClient } from "./client/client.js";
import { OptimisticUpdates } from "./client/optimistic.js";
import { Rest } from "./client/rest.js";
import { People } from "./people.js";
import type { Client, Site, Transport, Trouble, User } from "./types.js";

export interface ConnectionOptions {
  /** Of the socket: `"/ws/"` on Django's own origin, a whole address elsewhere. */
  url: string;
  /** Whether to connect when the component is mounted; true unless said. */
  autoConnect?: boolean;
  /** Failed tries in a row after which it gives up; without it, it never does. */
  reconnectionAttempts?: number;
  /** The first bound of the random wait before a try, in milliseconds (1,000); it doubles up to 30 s. */
  reconnectionDelay?: number;
  onConnect?: (welcome: { user?: User }) => void;
  onDisconnect?: (closed: { code: number }) => void;
  onError?: (trouble: Trouble) => void;
  /** An access token, in place of the session's cookie: for sites of another origin. */
  token?: () => Promise<string>;
  /** Django's CSRF token, for writes by REST where the session's cookie counts. */
  csrf?: string;
  /** The reader's id: their tabs share one connection. */
  user?: string;
  /** From where to go on: the `cursor` that came with what is shown. */
  cursor?: string | null;
  /** Rooms to be in from the start. */
  rooms?: string[];
  transports?: Transport[];
}

export interface Session {
  key: string;
  client: Client;
  rest: Rest;
  updates: OptimisticUpdates;
  people: People;
}

type Latest = { readonly current: ConnectionOptions };

const keyOf = ({ url, user, transports, reconnectionDelay }: ConnectionOptions) =>
  JSON.stringify([url, user, transports, reconnectionDelay]);

function begin(options: ConnectionOptions, latest: Latest): Session | null {
  if (typeof window === "undefined") return null;
  const { url, user, cursor, rooms, transports, reconnectionDelay, csrf = "" } = options;
  const token = options.token && (() => latest.current.token!());
  const client = new RealtimeClient<Site>({ url, user, cursor, rooms, transports, reconnectionDelay, token });
  const rest = new Rest({ csrf, token, base: new URL("/api", wholeAddress(url).replace(/^ws/, "http")).href });
  return { key: keyOf(options), client, rest, updates: newUpdates(rest), people: new People(client) };
}

/** One's own changes: each brings along what it does and how it is asked for. */
export function newUpdates(rest?: Rest): OptimisticUpdates {
  const updates = new OptimisticUpdates({
    send: (request: any, op) =>
      typeof request === "function"
        ? request(op)
        : rest!.write(request.method, request.path, { body: request.body, op }),
  });
  const kind = { request: ({ request }: any) => request, change: (state: any, { change }: any) => change(state) };
  updates.define("change", kind);
  updates.define("replacement", { ...kind, replaces: true });
  return updates;
}

/** A session for as long as the component is there, and connected; null on a server. */
export function useSession(options: ConnectionOptions): Session | null {
  const latest = useRef(options);
  const [held, setHeld] = useState(() => begin(options, latest));
  let session = held;
  if (held && held.key !== keyOf(options)) {
    // Another reader or server is another session; what is rendered now belongs to it already.
    session = begin(options, latest);
    setHeld(session);
  }
  useEffect(() => {
    latest.current = options;
  });
  useEffect(() => session?.client && listen(session.client, latest), [session]);
  const { autoConnect = true } = options;
  useEffect(() => {
    if (!session) return;
    // In a moment: Strict Mode takes away the first effect at once, and a socket needs no rehearsal.
    const timer = autoConnect ? setTimeout(() => session.client.connect()) : undefined;
    return () => {
      clearTimeout(timer);
      session.client.disconnect();
    };
  }, [session, autoConnect]);
  return session;
}

/** Tell the component's own handlers, those of its last rendering. */
function listen(client: Client, latest: Latest): () => void {
  const stops = [
    client.on("connect", (welcome) => latest.current.onConnect?.(welcome)),
    client.on("disconnect", (closed) => latest.current.onDisconnect?.(closed)),
    client.on("error", (trouble) => latest.current.onError?.(trouble)),
    client.on("reconnect", ({ attempt }) => {
      const { reconnectionAttempts = Infinity, onError } = latest.current;
      if (attempt <= reconnectionAttempts) return;
      client.disconnect();
      onError?.({ code: "gave_up", message: `no connection after ${reconnectionAttempts} tries` });
    }),
  ];
  return () => stops.forEach((stop) => stop());
}
