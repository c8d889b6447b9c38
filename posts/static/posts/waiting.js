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

/** Posts kept whole; where more wait, the newest are fetched when they are asked for. */
const MAX_KEPT = 200;
/** Posts that are counted one by one; beyond that it is "more". */
const MAX_COUNTED = 5_000;

/** New posts that the reader has not asked for yet, each once; a page may be left open for days. */
export class Waiting {
  /** @type {Map<string, string>} author by post */
  #authors = new Map();
  /** @type {Map<string, Post>} none once they were too many */
  #posts = new Map();
  #isCut = false;
  #isMore = false;

  /** @returns {number} */
  get count() {
    return this.#authors.size;
  }

  /** @returns {boolean} whether there are more than `count` */
  get isMore() {
    return this.#isMore;
  }

  /** @returns {boolean} whether they have to be fetched, there being too many to keep */
  get isCut() {
    return this.#isCut;
  }

  /** @param {{id: string}} post */
  has({ id }) {
    return this.#authors.has(id);
  }

  /** @param {Post} post an older version than the one there is passed over */
  put(post) {
    if (!this.has(post) && this.count === MAX_COUNTED) {
      this.#isMore = true;
      return;
    }
    this.#authors.set(post.id, post.author.id);
    if (this.count > MAX_KEPT) {
      this.#isCut = true;
      this.#posts.clear();
    }
    const there = this.#posts.get(post.id);
    if (!this.#isCut && !(there && there.version > post.version)) this.#posts.set(post.id, post);
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
    this.#authors.delete(id);
    this.#posts.delete(id);
    if (!this.count) this.#isCut = this.#isMore = false;
  }

  /** @param {string} author whose posts nobody here is to see any more */
  dropBy(author) {
    for (const [id, by] of this.#authors) if (by === author) this.drop(id);
  }

  /** @param {string} id of the newest post that is shown now; what came after it goes on waiting */
  dropUpTo(id) {
    this.#isMore = false;
    for (const one of this.#authors.keys()) if (one <= id) this.drop(one);
  }

  /** @returns {Post[]} all that are kept, newest first; nothing waits any more */
  take() {
    const posts = [...this.#posts.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
    this.#posts.clear();
    this.#authors.clear();
    this.#isCut = this.#isMore = false;
    return posts;
  }
}
