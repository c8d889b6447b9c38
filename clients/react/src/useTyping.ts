/** Who writes a comment under a post, and how one tells that one does so oneself. */

import { useEffect, useMemo } from "react";
import { OwnTyping } from "./client/typing.js";
import { useRealtime } from "./RealtimeProvider.js";

const NOBODY: readonly string[] = [];

export interface Typing {
  /** Ids of the others, in the order in which they began. */
  typingUsers: readonly string[];
  /** The reader's text has changed: says so to the others, not oftener than the server passes on. */
  changed: (text: string) => void;
}

/** Is in the post's room while it is mounted; so once for each post. */
export function useTyping(postId: string): Typing {
  const { emit, join, leave, typingUsers } = useRealtime();
  useEffect(() => {
    join(`post:${postId}`).catch(() => {});
    return () => {
      leave(`post:${postId}`).catch(() => {});
    };
  }, [join, leave, postId]);
  const changed = useMemo(() => {
    const own = new OwnTyping();
    return (text: string) => {
      const type = own.changed(text, Date.now());
      // What is not told is no loss: it ends by itself.
      if (type) emit(type, { postId }).catch(() => {});
    };
  }, [emit, postId]);
  return { typingUsers: typingUsers[postId] ?? NOBODY, changed };
}
