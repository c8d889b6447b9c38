/**
 * Which posts a feed is about, and which of them wait behind its pill.
 *
 * Pure. Post ids are UUIDv7: their order as text is the order in which they were made.
 */

/**
 * @typedef {import("./live.js").Post} Post
 * @typedef {{kind: string, key: string, viewerId: string, follows: Set<string>, tags: Set<string>}} Feed
 */

/**
 * Whether a post belongs to a feed.
 *
 * @param {Post} post
 * @param {Feed} feed
 * @returns {boolean}
 */
export function belongs(post, { kind, key, viewerId, follows, tags }) {
  if (kind === "public") return post.visibility === "public";
  if (kind === "tag") return post.hashtags.includes(key);
  if (kind === "author") return post.author.id === key;
  return (
    post.author.id === viewerId ||
    follows.has(post.author.id) ||
    post.hashtags.some((tag) => tags.has(tag))
  );
}

/** New posts that the reader has not asked for yet, newest first, each once. */
export class Waiting {
  /** @type {Map<string, Post>} */
  #posts = new Map();

  /** @returns {number} */
  get count() {
    return this.#posts.size;
  }

  /** @param {Post} post */
  has(post) {
    return this.#posts.has(post.id);
  }

  /** @param {Post} post an older version than the one there is passed over */
  put(post) {
    const there = this.#posts.get(post.id);
    if (!there || there.version <= post.version) this.#posts.set(post.id, post);
  }

  /**
   * @param {string} id
   * @param {Partial<Post> & {version: number}} change
   */
  change(id, change) {
    const there = this.#posts.get(id);
    if (there && change.version >= there.version) this.#posts.set(id, { ...there, ...change });
  }

  /** @param {string} id */
  drop(id) {
    this.#posts.delete(id);
  }

  /** @param {string} author whose posts nobody here is to see any more */
  dropBy(author) {
    for (const { id, author: by } of this.#posts.values()) if (by.id === author) this.drop(id);
  }

  /** @returns {Post[]} all of them, newest first; none is left */
  take() {
    const posts = [...this.#posts.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
    this.#posts.clear();
    return posts;
  }
}
