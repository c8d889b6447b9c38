/** A post with its likes, and its comments where one asks for them. */

import {
  type Comment,
  LikeButton,
  type Locale,
  type Post,
  useRealtime,
  useTyping,
} from "django-realtime-react";
import { type FormEvent, useEffect, useReducer, useState } from "react";
import { Face, useNames } from "./people";
import { words } from "./words";

export function Card({ post, locale }: { post: Post; locale: Locale }) {
  const [isOpen, setOpen] = useState(false);
  const { author, body, commentCount, createdAt } = post;
  return (
    <article className="card" id={`post-${post.id}`}>
      <Face user={author} />
      <div>
        <p className="by">
          <b>{author.displayName}</b> <span>@{author.username}</span>
          <time dateTime={createdAt}>
            {new Date(createdAt).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" })}
          </time>
        </p>
        <p className="text">{body}</p>
        <p className="acts">
          <LikeButton post={post} />
          <button type="button" className="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {words[locale].comments(commentCount)}
          </button>
        </p>
        {isOpen && <Thread postId={post.id} locale={locale} />}
      </div>
    </article>
  );
}

function Thread({ postId, locale }: { postId: string; locale: Locale }) {
  const { rest } = useRealtime();
  const comments = useComments(postId);
  const { typingUsers, changed } = useTyping(postId);
  const names = useNames(typingUsers);
  const word = words[locale];
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const body = new FormData(form).get("body");
    await rest!.write("POST", `/posts/${postId}/comments`, { body: { body } });
    form.reset();
    changed("");
  };
  return (
    <div className="thread">
      {comments.map(({ id, author, body }) => (
        <p key={id} className="comment"><b>{author.displayName}</b> {body}</p>
      ))}
      <p className="typing" aria-live="polite">{names.length > 0 && word.typing(names.join(", "))}</p>
      <form onSubmit={send}>
        <input name="body" required aria-label={word.comment} placeholder={word.comment} autoComplete="off"
          onChange={(event) => changed(event.target.value)} />
        <button>{word.send}</button>
      </form>
    </div>
  );
}

/** Oldest first; what comes while they are fetched is kept too, whichever is there first. */
function useComments(postId: string): Comment[] {
  const { rest, subscribe } = useRealtime();
  const [comments, tell] = useReducer(next, []);
  useEffect(() => {
    const stops = [
      subscribe("comment:added", ({ comment }) => comment.postId === postId && tell({ more: [comment] })),
      subscribe("comment:deleted", ({ commentId }) => tell({ gone: commentId })),
    ];
    rest!.get(`/posts/${postId}/comments`).then(({ results }) => tell({ more: results }), () => {});
    return () => stops.forEach((stop) => stop());
  }, [rest, subscribe, postId]);
  return comments;
}

function next(comments: Comment[], told: { more: Comment[] } | { gone: string }): Comment[] {
  if ("gone" in told) return comments.filter(({ id }) => id !== told.gone);
  const known = new Set(comments.map(({ id }) => id));
  const all = [...comments, ...told.more.filter(({ id }) => !known.has(id))];
  return all.sort((a, b) => (a.id < b.id ? -1 : 1));
}
