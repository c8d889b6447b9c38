/** Likes a post at once, and follows what others do to its count. */

import { useContext, useEffect } from "react";
import { Context } from "./context.js";
import type { Post } from "./types.js";
import { useOptimisticUpdate } from "./useOptimisticUpdate.js";
import { useWebSocket } from "./useWebSocket.js";
import { useWords } from "./words.js";

export interface LikeButtonProps {
  /** As the server gave it; newer versions may follow. */
  post: Pick<Post, "id" | "likeCount" | "isLiked" | "version">;
  /** The server did not take it, and it was taken back. */
  onError?: (error: { code: string; message: string }) => void;
}

export function LikeButton({ post, onError }: LikeButtonProps) {
  const { id, likeCount, isLiked = false, version } = post;
  const { data, setData, isUpdating, optimisticUpdate } = useOptimisticUpdate(
    { likeCount, isLiked, version },
    { key: `post:${id}` },
  );
  useEffect(() => setData({ likeCount, isLiked, version }), [setData, likeCount, isLiked, version]);
  useLikes(id, setData);
  const words = useWords();
  const press = () => {
    const like = !data.isLiked;
    const change = (state: typeof data) =>
      state.isLiked === like
        ? state
        : { ...state, isLiked: like, likeCount: state.likeCount + (like ? 1 : -1) };
    const request = { method: like ? "POST" : "DELETE", path: `/posts/${id}/like` } as const;
    optimisticUpdate(change, request, { replaces: true }).catch((error) => onError?.(error));
  };
  return (
    <button
      type="button"
      className="rt-like"
      aria-pressed={data.isLiked}
      aria-label={words.like}
      aria-busy={isUpdating}
      title={words.likes(data.likeCount)}
      onClick={press}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d="M12 20.5 4.2 12.9a5 5 0 0 1 7-7.1l.8.8.8-.8a5 5 0 0 1 7 7.1Z" />
      </svg>
      <span>{data.likeCount}</span>
    </button>
  );
}

type SetLikes = (news: { likeCount: number; version: number; isLiked?: boolean }, op?: string) => void;

function useLikes(id: string, setData: SetLikes) {
  const { subscribe } = useWebSocket();
  const userId = useContext(Context)?.userId;
  useEffect(() => {
    const stops = (["post:liked", "post:unliked"] as const).map((type) =>
      subscribe(type, (event, { op }) => {
        if (event.postId !== id) return;
        const { likeCount, version } = event;
        const own = event.userId === userId ? { isLiked: type === "post:liked" } : {};
        setData({ likeCount, version, ...own }, op);
      }),
    );
    return () => stops.forEach((stop) => stop());
  }, [subscribe, setData, id, userId]);
}
