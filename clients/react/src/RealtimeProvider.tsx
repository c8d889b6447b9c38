/** One connection for all components below, and the hook by which they reach it. */

import { type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { Rest } from "./client/rest.js";
import { Context } from "./context.js";
import { NOBODY, type Present } from "./people.js";
import { type ConnectionOptions, type Session, useSession } from "./session.js";
import { type Connection, useConnection, useProvided } from "./useWebSocket.js";
import type { Locale } from "./words.js";

export interface RealtimeProviderProps extends ConnectionOptions {
  /** Of what the components say; English unless said. */
  locale?: Locale;
  children?: ReactNode;
}

/** Connects when it is mounted, and ends the connection with itself. */
export function RealtimeProvider({ locale = "en", children, ...options }: RealtimeProviderProps) {
  const session = useSession(options);
  const welcomed = useWelcomed(session);
  const userId = options.user ?? welcomed;
  const provided = useMemo(() => ({ session, locale, userId }), [session, locale, userId]);
  return <Context.Provider value={provided}>{children}</Context.Provider>;
}

/** The reader's id, as the server says when it lets them in. */
function useWelcomed(session: Session | null): string | null {
  const [id, setId] = useState<string | null>(null);
  useEffect(() => {
    const stop = session?.client.on("connect", ({ user }) => user && setId(user.id));
    return () => {
      stop?.();
      setId(null);
    };
  }, [session]);
  return id;
}

export interface Realtime extends Connection, Present {
  /** Reads and writes by REST, with this provider's credentials; null on a server. */
  rest: Rest | null;
  /** The reader's id, where it is known. */
  userId: string | null;
}

const nobody = () => NOBODY;
const never = () => () => {};

/** The provider's connection, and who is there; joins `presence` while it is in use. */
export function useRealtime(): Realtime {
  const session = useProvided();
  const userId = useContext(Context)?.userId ?? null;
  const connection = useConnection(session);
  const { subscribe = never, present = nobody } = session?.people ?? {};
  const { onlineUsers, typingUsers } = useSyncExternalStore(subscribe, present, nobody);
  const rest = session?.rest ?? null;
  return useMemo(
    () => ({ ...connection, onlineUsers, typingUsers, rest, userId }),
    [connection, onlineUsers, typingUsers, rest, userId],
  );
}
