/** Who is online besides the reader. */

import { type Locale, useRealtime } from "django-realtime-react";
import { useMemo } from "react";
import { Face, useUsers } from "./people";
import { words } from "./words";

const MAX_FACES = 12;

export function Online({ locale }: { locale: Locale }) {
  const { onlineUsers, userId } = useRealtime();
  const others = useMemo(() => onlineUsers.filter((id) => id !== userId), [onlineUsers, userId]);
  const users = useUsers(useMemo(() => others.slice(0, MAX_FACES), [others]));
  const word = words[locale];
  return (
    <section className="card online">
      <h2>{word.online} <span>{others.length}</span></h2>
      {others.length === 0 && <p>{word.nobody}</p>}
      <ul>
        {users.map((user) => (
          <li key={user.id} title={user.displayName}><Face user={user} /></li>
        ))}
      </ul>
    </section>
  );
}
