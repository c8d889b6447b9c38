/** Faces, and names for ids. */

import { useRealtime, type User } from "django-realtime-react";
import { useEffect, useState } from "react";

/** As the Django pages have them. */
const HUES = [225, 12, 150, 275, 38, 195, 335, 100, 250, 0, 172, 305];

export function Face({ user }: { user: User }) {
  const { onlineUsers } = useRealtime();
  const hue = HUES[parseInt(user.id.slice(-2), 16) % HUES.length];
  return (
    <span
      className="face"
      style={{ "--hue": hue } as object}
      data-online={onlineUsers.includes(user.id) || undefined}
      aria-hidden="true"
    >
      {[...user.displayName][0]?.toUpperCase()}
    </span>
  );
}

const asked = new Map<string, Promise<User>>();

/** Those of them that are known by now, in the order of their ids. */
export function useUsers(ids: readonly string[]): User[] {
  const { rest } = useRealtime();
  const [met, meet] = useState<Record<string, User>>({});
  useEffect(() => {
    for (const id of ids) {
      if (!asked.has(id)) asked.set(id, rest!.get(`/users/${id}`));
      // Whom there is not for us stays unnamed.
      asked.get(id)!.then((user) => meet((before) => (before[id] ? before : { ...before, [id]: user })), () => {});
    }
  }, [ids, rest]);
  return ids.flatMap((id) => met[id] ?? []);
}

export const useNames = (ids: readonly string[]) => useUsers(ids).map(({ displayName }) => displayName);
