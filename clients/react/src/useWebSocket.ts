/** A connection as a hook: whether it is up, and what one does with it. */

import { useContext, useMemo, useSyncExternalStore } from "react";
import { Context } from "./context.js";
import { type ConnectionOptions, type Session, useSession } from "./session.js";
import type { Client, State, Transport } from "./types.js";

export interface Connection {
  isConnected: boolean;
  isReconnecting: boolean;
  state: State;
  transport: Transport | null;
  /** `"*"` hears every event; what it returns ends it. Call it in an effect. */
  subscribe: Client["on"];
  unsubscribe: Client["off"];
  /** Sends a command; resolves with the payload of the ack, rejects with a `code`. */
  emit: Client["emit"];
  join: Client["join"];
  leave: Client["leave"];
  connect: () => void;
  disconnect: () => void;
  /** Null on a server, as nothing is connected there. */
  client: Client | null;
}

const UP: readonly State[] = ["open", "syncing", "fallback"];
const nowhere = () => Promise.reject(new Error("there is no connection on a server"));
const nothing = () => {};

/** With options a connection of its own; without, the one of the provider around it. */
export function useWebSocket(options?: ConnectionOptions): Connection {
  // By a constant of the call's place: hooks come in the same order every time.
  return options ? useConnection(useSession(options)) : useConnection(useProvided());
}

/** The session of the provider around, null on a server. */
export function useProvided(): Session | null {
  const context = useContext(Context);
  if (!context) throw new Error("there is no RealtimeProvider around this component");
  return context.session;
}

/** What `client` is now, again whenever one of the events tells that it has changed. */
export function useClientValue<T>(
  client: Client | null,
  type: "state" | "transport",
  read: (client: Client) => T,
  otherwise: T,
): T {
  const subscribe = useMemo(
    () => (client ? (changed: () => void) => client.on(type, changed) : () => nothing),
    [client, type],
  );
  return useSyncExternalStore(subscribe, () => (client ? read(client) : otherwise), () => otherwise);
}

export function useConnection(session: Session | null): Connection {
  const client = session?.client ?? null;
  const state = useClientValue<State>(client, "state", (one) => one.state, "closed");
  const transport = useClientValue(client, "transport", (one) => one.transport, null);
  const calls = useMemo(() => callsOf(client), [client]);
  return useMemo(
    () => ({
      ...calls, state, transport,
      isConnected: UP.includes(state),
      isReconnecting: state === "reconnecting",
    }),
    [calls, state, transport],
  );
}

/** The same functions for as long as the connection is the same. */
function callsOf(client: Client | null) {
  return {
    client,
    subscribe: ((type, handler) => client?.on(type, handler) ?? nothing) as Client["on"],
    unsubscribe: ((type, handler) => client?.off(type, handler)) as Client["off"],
    emit: ((...command) => client?.emit(...command) ?? nowhere()) as Client["emit"],
    join: (room: string) => client?.join(room) ?? nowhere(),
    leave: (room: string) => client?.leave(room) ?? nowhere(),
    connect: () => client?.connect(),
    disconnect: () => client?.disconnect(),
  };
}
