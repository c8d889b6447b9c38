/** The pill that tells of new posts: nobody is pushed away from what they read. */

import { useContext, useEffect, useReducer } from "react";
import { applyEvent } from "./applyEvent.js";
import { Context } from "./context.js";
import type { Frame, Post } from "./types.js";
import { useWebSocket } from "./useWebSocket.js";
import { useWords } from "./words.js";

/** Of more than this the newest are kept, and the pill says "100+". */
const MAX_KEPT = 100;

interface Waiting {
  /** Newest first. */
  posts: Post[];
  isCut: boolean;
}

const NONE: Waiting = { posts: [], isCut: false };

export interface NewPostNotificationProps {
  /** Gets the posts that waited, newest first and as they are now; of very many the newest. */
  onShow: (posts: Post[]) => void;
  /** Id of the newest post that is shown: a newer one that comes back, as from moderation, waits too. */
  newest?: string;
  /** Whether a post belongs to the feed that is shown; every post does unless said. */
  accepts?: (post: Post) => boolean;
}

/** Nothing until somebody else has posted; one's own posts are for the feed to show at once. */
export function NewPostNotification({ onShow, newest, accepts = () => true }: NewPostNotificationProps) {
  const { subscribe } = useWebSocket();
  const userId = useContext(Context)?.userId ?? null;
  const [{ posts, isCut }, tell] = useReducer(next, NONE);
  useEffect(() => subscribe("*", (_, frame) => tell({ frame, userId, newest })), [subscribe, userId, newest]);
  useEffect(() => subscribe("reset", () => tell("empty")), [subscribe]);
  const words = useWords();
  const shown = posts.filter(accepts);
  const show = () => {
    tell("empty");
    onShow(shown);
  };
  return (
    <div className="rt-pill-place" role="status">
      {shown.length > 0 && (
        <button type="button" className="rt-pill" onClick={show}>
          {shown.length === 1 ? words.newOne : words.newMany(isCut ? `${shown.length}+` : shown.length)}
        </button>
      )}
    </div>
  );
}

interface Told {
  frame: Frame;
  userId: string | null;
  newest?: string;
}

function next(waiting: Waiting, told: "empty" | Told): Waiting {
  if (told === "empty") return NONE;
  const { frame, userId, newest } = told;
  const { type, payload } = frame as { type: string; payload: any };
  const { posts } = waiting;
  const isKnown = posts.some(({ id }) => id === payload?.post?.id);
  const isBack = type === "post:updated" && newest !== undefined && payload.post.id > newest;
  if (!isKnown && (type === "post:created" || isBack)) {
    const { post } = payload as { post: Post };
    if (post.author.id === userId) return waiting;
    const all = [post, ...posts].sort((a, b) => (a.id < b.id ? 1 : -1));
    return { posts: all.slice(0, MAX_KEPT), isCut: waiting.isCut || all.length > MAX_KEPT };
  }
  if (!posts.length) return waiting;
  if (type === "post:deleted") return { ...waiting, posts: posts.filter(({ id }) => id !== payload.postId) };
  if (type === "user:blocked") {
    return { ...waiting, posts: posts.filter(({ author }) => author.id !== payload.targetId) };
  }
  const after = posts.map((post) => applyEvent(post, frame, userId));
  return after.some((post, at) => post !== posts[at]) ? { ...waiting, posts: after } : waiting;
}
