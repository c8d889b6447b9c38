/**
 * `<post-card>`: a post. The page renders it, `make` copies the page's template, and from then on
 * events keep it true. What is older than what it shows is passed over.
 */

import { forgetLength, watchLength } from "./clamp.js";
import { tellTimes } from "./clock.js";
import { drawFace, pageOf } from "./face.js";
import { rest, viewer } from "./live.js";
import { tellSoon } from "./said.js";
import { remember } from "./people.js";
import { render, tokens } from "./rich-text.js";
import { fill, fillBy, slot } from "./slots.js";
import { explain, toast } from "./toast.js";
import { updates } from "./updates.js";
import { word } from "./words.js";

/** @typedef {import("./live.js").Post} Post */

export class PostCard extends HTMLElement {
  /** @type {(() => void) | undefined} ends the following of the likes */
  #stop;
  /** The post's version at which each part was last told: an answer may know one part only. */
  #seen = { body: -1, comments: -1 };
  #isSetUp = false;

  connectedCallback() {
    this.#setUp();
    if (this.postId) this.#followLikes();
    if (!this.#isWhole) watchLength(slot(this, "text"), slot(this, "more"));
  }

  disconnectedCallback() {
    // Only when it is gone: a card that is moved goes and comes in one step.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#stop?.();
      this.#stop = undefined;
      forgetLength(slot(this, "text"));
    });
  }

  #setUp() {
    if (this.#isSetUp) return;
    this.#isSetUp = true;
    const version = Number(this.dataset.version || -1);
    this.#seen = { body: version, comments: version };
    slot(this, "like").addEventListener("submit", (event) => this.#press(event));
    slot(this, "delete").addEventListener("submit", (event) => this.#delete(event));
  }

  #followLikes() {
    this.#stop ??= updates.track(
      this.#key,
      {
        likeCount: Number(slot(this, "likes").textContent),
        isLiked: this.#button.getAttribute("aria-pressed") === "true",
        version: Number(this.dataset.version || -1),
      },
      (state) => this.#showLikes(state),
    );
  }

  get #isWhole() {
    return this.classList.contains("whole");
  }

  get #key() {
    return `post:${this.postId}`;
  }

  get #button() {
    return /** @type {HTMLButtonElement} */ (slot(this, "like").querySelector("button"));
  }

  /** @returns {string} the post's id; empty while it is on its way to the server */
  get postId() {
    return this.dataset.id ?? "";
  }

  /** @param {Post} post */
  show(post) {
    this.#setUp();
    remember(post.author);
    this.id = `post-${post.id}`;
    this.dataset.id = post.id;
    this.dataset.author = post.author.id;
    this.dataset.name = post.author.displayName;
    this.#address(post);
    this.#write(post);
    if (this.postId) this.#followLikes();
    this.counts(post);
    tellTimes(this);
  }

  /**
   * @param {{likeCount?: number, commentCount?: number, isLiked?: boolean, version: number}} told
   */
  counts({ likeCount, commentCount, isLiked, version }) {
    if (commentCount !== undefined && version >= this.#seen.comments) {
      this.#seen.comments = version;
      fill(this, "comments", commentCount);
    }
    if (likeCount === undefined) return;
    const own = isLiked === undefined ? {} : { isLiked };
    updates.rebase(this.#key, { likeCount, version, ...own });
  }

  /** @param {Post} post */
  #address(post) {
    const path = `/posts/${post.id}/`;
    drawFace(slot(this, "face"), post.author);
    const name = /** @type {HTMLAnchorElement} */ (slot(this, "name"));
    name.href = pageOf(post.author.username);
    name.id = `name-${post.id}`;
    this.setAttribute("aria-labelledby", name.id);
    slot(this, "likes").id = `likes-${post.id}`;
    this.#button.setAttribute("aria-describedby", `likes-${post.id}`);
    const links = [["link", ""], ["thread", "#comments"], ["edit", "edit/"], ["report", "report/"]];
    if (!this.#isWhole) links.push(["more", ""]);
    for (const [link, tail] of links) {
      /** @type {HTMLAnchorElement} */ (slot(this, link)).href = path + tail;
    }
    for (const form of ["like", "delete"]) {
      /** @type {HTMLFormElement} */ (slot(this, form)).action = `${path}${form}/`;
    }
    this.#offer(post);
  }

  /** @param {Post} post what its menu has: for the author, or for everybody else */
  #offer({ author }) {
    const isOwn = author.id === viewer.id;
    slot(this, "own").hidden = !isOwn;
    slot(this, "others").hidden = isOwn;
    for (const act of ["follow", "block"]) {
      const form = /** @type {HTMLFormElement} */ (slot(this, act));
      form.action = `${pageOf(author.username)}${act}/`;
      Object.assign(form.dataset, { [act]: author.id, name: author.displayName });
    }
  }

  /** @param {Post} post */
  #write(post) {
    if (post.version < this.#seen.body) return;
    this.#seen.body = post.version;
    fillBy(this, post);
    slot(this, "only").hidden = post.visibility !== "followers";
    const names = post.mentions.map(({ username }) => username);
    render(slot(this, "text"), tokens(post.body, { hashtags: post.hashtags, names }));
  }

  /** @param {import("../realtime/optimistic.js").State} state */
  #showLikes({ likeCount, isLiked }) {
    fill(this, "likes", likeCount);
    this.#button.setAttribute("aria-pressed", String(isLiked));
    this.#button.value = isLiked ? "0" : "1";
  }

  /** @param {Event} event */
  #press(event) {
    event.preventDefault();
    if (!this.postId) return;
    const like = !updates.state(this.#key)?.isLiked;
    updates.add("like", this.#key, { id: this.postId, like }).catch(() => {});
    if (like) this.#bump();
    tellSoon(() => {
      const n = slot(this, "likes").textContent ?? "";
      return word(n === "1" ? "like-one" : "like-many", { n });
    });
  }

  #bump() {
    const button = this.#button;
    button.classList.add("bump");
    button.addEventListener("animationend", () => button.classList.remove("bump"), { once: true });
  }

  /** @param {Event} event */
  async #delete(event) {
    event.preventDefault();
    if (!confirm(word("delete-post"))) return;
    try {
      await rest.write("DELETE", `/posts/${this.postId}`);
      this.dispatchEvent(new CustomEvent("post-gone", { bubbles: true }));
    } catch (error) {
      toast(explain(error));
    }
  }
}

/**
 * A new card, from the page's template.
 *
 * @param {Post} post
 * @returns {PostCard}
 */
export function makeCard(post) {
  const template = /** @type {HTMLTemplateElement} */ (document.querySelector("[data-card]"));
  const copy = /** @type {DocumentFragment} */ (document.importNode(template.content, true));
  const card = /** @type {PostCard} */ (copy.querySelector("post-card"));
  card.show(post);
  return card;
}
