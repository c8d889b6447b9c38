/** The feed: newest first, others' posts behind the pill, every card as the server has it. */

import {
  applyEvent,
  type Frame,
  type Locale,
  NewPostNotification,
  type Post,
  useRealtime,
  type User,
  WebSocketMonitor,
} from "django-realtime-react";
import { type FormEvent, useEffect, useReducer } from "react";
import { Card } from "./card";
import { Online } from "./online";
import type { Page } from "./site";
import { words } from "./words";

interface FeedProps {
  page: Page;
  user: User;
  locale: Locale;
  onLeave: () => void;
}

export function Feed({ page, user, locale, onLeave }: FeedProps) {
  const { state, rest, subscribe } = useRealtime();
  const word = words[locale];
  const [posts, tell] = useReducer(next, page.results);
  useEffect(() => subscribe("*", (_, frame) => tell({ frame, userId: user.id })), [subscribe, user.id]);
  useEffect(
    () => subscribe("reset", async () => tell({ afresh: (await rest!.get("/posts")).results })),
    [subscribe, rest],
  );
  const label = { open: word.open, fallback: word.fallback, closed: word.closed }[state as string];
  return (
    <main className="columns">
      <header>
        <h1>Realtime</h1>
        <span className="badge" data-state={state}>{label ?? word.reconnecting}</span>
        <button type="button" className="quiet" onClick={onLeave}>{word.logOut}</button>
      </header>
      <section className="feed">
        <Composer locale={locale} />
        <NewPostNotification onShow={(shown) => tell({ shown })} newest={posts[0]?.id} accepts={belongs} />
        {posts.map((post) => <Card key={post.id} post={post} locale={locale} />)}
      </section>
      <aside>
        <Online locale={locale} />
        <WebSocketMonitor />
      </aside>
    </main>
  );
}

type Told = { frame: Frame; userId: string } | { shown: Post[] } | { afresh: Post[] };

function next(posts: Post[], told: Told): Post[] {
  if ("afresh" in told) return told.afresh;
  if ("shown" in told) return merged(posts, told.shown);
  const { frame, userId } = told;
  const { post, postId, targetId } = frame.payload as { post?: Post; postId?: string; targetId?: string };
  if (post && !belongs(post)) return posts.filter(({ id }) => id !== post.id);
  if (frame.type === "post:created" && post?.author.id === userId) return merged(posts, [post]);
  if (frame.type === "post:updated" && post && isBetween(post, posts)) return merged(posts, [post]);
  if (frame.type === "post:deleted") return posts.filter(({ id }) => id !== postId);
  if (frame.type === "user:blocked") return posts.filter(({ author }) => author.id !== targetId);
  return posts.map((one) => applyEvent(one, frame, userId));
}

const belongs = ({ visibility }: Post) => visibility === "public";

/** What was hidden and is restored goes where it was; what is newer waits behind the pill. */
function isBetween({ id }: Post, posts: Post[]): boolean {
  const isKnown = posts.some((one) => one.id === id);
  return !isKnown && posts.length > 0 && id < posts[0].id && id > posts[posts.length - 1].id;
}

/** Newest first: ids grow with time. */
function merged(posts: Post[], more: Post[]): Post[] {
  const known = new Set(posts.map(({ id }) => id));
  const all = [...more.filter(({ id }) => !known.has(id)), ...posts];
  return all.sort((a, b) => (a.id < b.id ? 1 : -1));
}

function Composer({ locale }: { locale: Locale }) {
  const { rest } = useRealtime();
  const word = words[locale];
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const body = new FormData(form).get("body");
    // It comes back as an event, like everybody's.
    await rest!.write("POST", "/posts", { body: { body } });
    form.reset();
  };
  return (
    <form className="card composer" onSubmit={send}>
      <textarea name="body" rows={2} required maxLength={5_000} aria-label={word.write} placeholder={word.write} />
      <button>{word.post}</button>
    </form>
  );
}
