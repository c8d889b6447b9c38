/** What an event makes of a post. Pure. */

import type { Frame, Post } from "./types.js";

/**
 * The post after the event; the same object where the event is about another one or is older.
 *
 * @param userId the reader's: their own likes, from whichever device, show as theirs
 */
export function applyEvent(post: Post, { type, payload }: Frame, userId: string | null): Post {
  const news = payload as any;
  if (type === "post:updated") {
    // Events leave out what is about one reader.
    return news.post.id === post.id ? newer(post, { ...news.post, isLiked: post.isLiked }) : post;
  }
  if (news?.postId !== post.id || news.version === undefined) return post;
  const { version } = news;
  if (type === "post:liked" || type === "post:unliked") {
    const isLiked = news.userId === userId ? type === "post:liked" : post.isLiked;
    return newer(post, { likeCount: news.likeCount, isLiked, version });
  }
  if (type === "comment:added" || type === "comment:deleted") {
    return newer(post, { commentCount: news.commentCount, version });
  }
  return post;
}

function newer(post: Post, change: Partial<Post> & { version: number }): Post {
  return change.version > post.version ? { ...post, ...change } : post;
}
