/**
 * `<post-feed>`: a list of cards, newest first, that follows what happens.
 *
 * Nobody is pushed away from what they read: posts of others wait behind a pill until it is used.
 */

import { tellTimes } from "./clock.js";
import { client, rest, viewer } from "./live.js";
import { makeCard } from "./post-card.js";
import { explain, toast } from "./toast.js";
import { belongs, Waiting } from "./waiting.js";
import { word } from "./words.js";

/** Cards beyond this many go at the bottom: a page that is open all day must not grow. */
const MAX_CARDS = 200;
/** As many as the pill brings at once; where more wait, the page begins anew with the newest. */
const MAX_AT_ONCE = 30;
/** Until a feed that could not be fetched afresh is asked for again, in milliseconds. */
const AGAIN_MS = 5_000;

/**
 * @typedef {import("./live.js").Post} Post
 * @typedef {import("./post-card.js").PostCard} PostCard
 */

export class PostFeed extends HTMLElement {
  #waiting = new Waiting();
  /** @type {import("./waiting.js").Feed} */
  #feed = { kind: "", key: "", viewerId: "", follows: new Set(), tags: new Set() };
  /** @type {Map<string, PostCard>} posts on their way to the server, by operation */
  #sending = new Map();
  /** @type {(() => void)[]} */
  #stops = [];
  #isLookPlanned = false;
  /** The newest post that was ever shown here: what is not newer is no news when it comes back. */
  #newest = "";

  connectedCallback() {
    const { kind = "", key = "" } = this.dataset;
    const { users = [], tags = [] } = JSON.parse(this.#find("#follows").textContent || "{}") ?? {};
    this.#feed = { kind, key, viewerId: viewer.id, follows: new Set(users), tags: new Set(tags) };
    this.#newest = this.#all[0]?.postId ?? "";
    this.#pill.addEventListener("click", () => this.#showWaiting());
    this.addEventListener("post-gone", ({ target }) => this.#remove(/** @type {any} */ (target)));
    this.#stops = [
      client.on("post:created", ({ post }, { op }) => this.#created(post, op)),
      client.on("post:updated", ({ post }) => this.#updated(post)),
      client.on("post:deleted", ({ postId }) => this.#deleted(postId)),
      client.on("user:followed", (event) => this.#followed(event)),
      client.on("user:unfollowed", (event) => this.#followed(event, false)),
      client.on("user:blocked", ({ targetId }) => this.#blocked(targetId)),
      client.on("room:joined", ({ room }) => this.#joined(room)),
      client.on("room:left", ({ room }) => this.#joined(room, false)),
      client.on("reset", () => this.#refetch()),
      ...["post:liked", "post:unliked"].map((type) =>
        client.on(type, ({ postId, userId, likeCount, version }) => {
          const own = userId === viewer.id ? { isLiked: type === "post:liked" } : {};
          this.#waiting.change(postId, { likeCount, version, ...own });
        }),
      ),
      ...["comment:added", "comment:deleted"].map((type) =>
        client.on(type, ({ postId, commentCount, version }) =>
          this.#waiting.change(postId, { commentCount, version }),
        ),
      ),
    ];
  }

  disconnectedCallback() {
    for (const stop of this.#stops) stop();
  }

  /**
   * An own post, before the server knows it.
   *
   * @param {Post} post
   * @param {string} op
   * @returns {boolean} whether this feed shows it
   */
  addSending(post, op) {
    if (!belongs(post, this.#feed)) return false;
    const card = makeCard(post);
    card.classList.add("sending");
    this.#sending.set(op, card);
    this.#cards.prepend(card);
    this.#look();
    return true;
  }

  /**
   * The server has it: by its answer or by the event, whichever comes first.
   *
   * @param {Post} post
   * @param {string} op
   */
  addSent(post, op) {
    const sending = this.#sending.get(op);
    this.#sending.delete(op);
    const known = this.#card(post.id);
    if (known) sending?.remove();
    sending?.classList.remove("sending");
    (known ?? sending)?.show(post);
  }

  /** @param {string} op a post that the server did not take */
  takeBack(op) {
    this.#sending.get(op)?.remove();
    this.#sending.delete(op);
    this.#look();
  }

  /**
   * @param {Post} post
   * @param {string} [op]
   */
  #created(post, op) {
    const known = this.#card(post.id);
    if (known) return known.show(post);
    if (op && this.#sending.has(op)) return this.addSent(post, op);
    if (this.dataset.older !== undefined || !belongs(post, this.#feed)) return;
    if (post.author.id === viewer.id) this.#insert(post);
    else this.#waiting.put(post);
    this.#lookSoon();
  }

  /** @param {Post} post */
  #updated(post) {
    const card = this.#card(post.id);
    if (!belongs(post, this.#feed)) return this.#deleted(post.id);
    if (card) return card.show(post);
    // What was restored, or has become visible, goes where it would have been.
    if (post.id > this.#newest || this.#waiting.has(post)) this.#created(post);
    else if (this.dataset.older === undefined && post.id > this.#oldest) this.#insert(post);
  }

  /** @param {string} id */
  #deleted(id) {
    this.#waiting.drop(id);
    this.#card(id)?.remove();
    this.#look();
  }

  /** @param {HTMLElement} card */
  #remove(card) {
    card.remove();
    this.#look();
  }

  /**
   * @param {{userId: string, targetId: string}} event
   * @param {boolean} [follows]
   */
  #followed({ userId, targetId }, follows = true) {
    if (userId !== viewer.id) return;
    if (follows) this.#feed.follows.add(targetId);
    else this.#feed.follows.delete(targetId);
    this.#follow();
  }

  /** Whom or what one follows has changed: at home that is another feed, of the past too. */
  async #follow() {
    if (this.#feed.kind !== "home" || this.dataset.older !== undefined) return;
    const page = await rest.get(this.dataset.api ?? "/posts").catch(() => null);
    if (page) this.#mend(page);
    else setTimeout(() => this.isConnected && this.#follow(), AGAIN_MS);
  }

  /** @param {{results: Post[], next: string | null}} page what is at the top of this feed now */
  #mend({ results, next }) {
    const there = new Set(results.map(({ id }) => id));
    const oldest = next ? results[results.length - 1].id : "";
    for (const card of this.#all) {
      if (card.postId && card.postId >= oldest && !there.has(card.postId)) card.remove();
    }
    const isEmpty = !this.#all.length;
    for (const post of results) {
      if (this.#card(post.id)) continue;
      if (isEmpty) this.#insert(post);
      else this.#waiting.put(post);
    }
    this.#look();
  }

  /**
   * A hashtag is followed from now on, or no more: its room says so.
   *
   * @param {string} room
   * @param {boolean} [joined]
   */
  #joined(room, joined = true) {
    const [kind, tag] = room.split(/:(.*)/s);
    if (kind !== "hashtag") return;
    if (joined) this.#feed.tags.add(tag);
    else this.#feed.tags.delete(tag);
    this.#follow();
  }

  /** @param {string} author */
  #blocked(author) {
    this.#waiting.dropBy(author);
    for (const card of this.#all) if (card.dataset.author === author) card.remove();
    this.#look();
  }

  async #showWaiting() {
    if (!this.#waiting.isCut) this.#showKept(this.#waiting.take());
    else if (!(await this.#showNewest())) return;
    this.#look();
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    scrollTo({ top: 0, behavior: isStill ? "instant" : "smooth" });
    // The pill is gone; the keyboard goes on at what it brought.
    /** @type {HTMLElement | null} */ (this.#cards.querySelector(".name"))?.focus({
      preventScroll: true,
    });
  }

  /** @param {Post[]} posts newest first */
  #showKept(posts) {
    const newest = posts.slice(0, MAX_AT_ONCE);
    for (const post of newest.toReversed()) this.#insert(post);
    if (posts.length > newest.length) this.#cutBelow(newest[newest.length - 1].id);
  }

  /** More wait than were kept: the newest, from the server. @returns {Promise<boolean>} */
  async #showNewest() {
    try {
      const { results, next } = await this.#fetch();
      for (const post of results.toReversed()) if (!this.#card(post.id)) this.#insert(post);
      if (next) this.#cutBelow(results[results.length - 1].id);
      this.#waiting.dropUpTo(results[0]?.id ?? "");
      return true;
    } catch (error) {
      toast(explain(error));
      return false;
    }
  }

  /** @returns {Promise<{results: Post[], next: string | null}>} */
  #fetch() {
    const path = this.dataset.api ?? "/posts";
    return rest.get(`${path}${path.includes("?") ? "&" : "?"}limit=${MAX_AT_ONCE}`);
  }

  /** The log no longer has what is between: what is on the server now is what counts. */
  async #refetch() {
    if (this.dataset.older !== undefined) return;
    try {
      this.#showAfresh(await this.#fetch());
    } catch {
      setTimeout(() => this.isConnected && this.#refetch(), AGAIN_MS);
    }
  }

  /** @param {{results: Post[], next: string | null}} page */
  #showAfresh({ results, next }) {
    this.#waiting.take();
    this.#newest = results[0]?.id ?? "";
    this.#cards.replaceChildren(...results.map(makeCard));
    if (next) this.#cutBelow(results[results.length - 1].id);
    this.#look();
  }

  /** @param {Post} post */
  #insert(post) {
    const card = makeCard(post);
    if (post.id > this.#newest) this.#newest = post.id;
    card.classList.add("fresh");
    const below = this.#all.find(({ postId }) => postId && postId < post.id);
    this.#cards.insertBefore(card, below ?? null);
    tellTimes(card);
    this.#trim();
  }

  /** Drop the oldest cards, but none that is on the screen or about to be. */
  #trim() {
    const tooMany = this.#all.slice(MAX_CARDS);
    const isFar = tooMany[0]?.getBoundingClientRect().top > 2 * innerHeight;
    const last = this.#all[MAX_CARDS - 1];
    if (isFar && last.postId) this.#cutBelow(last.postId);
  }

  /** @param {string} id the last post to stay; the way to the older ones goes on from it */
  #cutBelow(id) {
    for (const card of this.#all) if (card.postId && card.postId < id) card.remove();
    const address = new URL(location.href);
    address.searchParams.set("before", id);
    const link = /** @type {HTMLAnchorElement} */ (this.#older.querySelector("a"));
    link.href = address.search;
    this.#older.hidden = false;
  }

  /** In a burst of posts the pill is painted, and read out, once for all of a frame. */
  #lookSoon() {
    if (this.#isLookPlanned) return;
    this.#isLookPlanned = true;
    const look = () => {
      this.#isLookPlanned = false;
      this.#look();
    };
    // A hidden page has no frames, and is right when it is looked at all the same.
    if (document.hidden) setTimeout(look);
    else requestAnimationFrame(look);
  }

  /** Pill and empty place as they should be. */
  #look() {
    const { count, isMore } = this.#waiting;
    const text = count === 1 ? word("new-one") : word("new-many", { n: isMore ? `${count}+` : count });
    const label = /** @type {HTMLElement} */ (this.#pill.querySelector("span"));
    this.#pill.hidden = count === 0;
    if (count && label.textContent !== text) label.textContent = text;
    this.#find(".empty").hidden = this.#cards.childElementCount > 0;
  }

  /** @returns {string} the oldest post shown; empty where the whole feed is */
  get #oldest() {
    return this.#older.hidden ? "" : (this.#all.at(-1)?.postId ?? "");
  }

  get #all() {
    return /** @type {PostCard[]} */ ([...this.#cards.children]);
  }

  get #cards() {
    return this.#find(".cards");
  }

  get #older() {
    return this.#find(".older");
  }

  get #pill() {
    return this.#find(".pill");
  }

  /** @param {string} id */
  #card(id) {
    return this.#all.find(({ postId }) => postId === id);
  }

  /** @param {string} selector */
  #find(selector) {
    return /** @type {HTMLElement} */ (this.querySelector(selector));
  }
}
