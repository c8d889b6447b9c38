/** `<post-composer>`: write a post; it stands in the feed at once and is taken back if refused. */

import { newOperation } from "../realtime/rest.js";
import { viewer } from "./live.js";
import { toast } from "./toast.js";
import { onRefused, updates } from "./updates.js";
import { word } from "./words.js";
import { Writing } from "./writing.js";

export class PostComposer extends HTMLElement {
  /** @type {Writing | undefined} */
  #writing;

  connectedCallback() {
    if (this.#writing) return;
    const form = /** @type {HTMLFormElement} */ (this.querySelector("form"));
    this.#writing = new Writing(form, (body) => this.#send(body));
    onRefused("post", ({ op, args }, why) => {
      this.#feed?.takeBack(op);
      this.#writing?.giveBack(args.body, why);
      return true;
    });
  }

  get #feed() {
    return /** @type {import("./post-feed.js").PostFeed | null} */ (
      document.querySelector("post-feed")
    );
  }

  /** @param {string} body */
  async #send(body) {
    const op = newOperation();
    const choice = /** @type {HTMLSelectElement} */ (this.querySelector("select"));
    const visibility = /** @type {"public" | "followers"} */ (choice.value);
    this.#writing?.clear();
    const isShown = this.#feed?.addSending(draft(body, visibility), op);
    const post = await updates.add("post", "posts", { body, visibility }, op).catch(() => null);
    // Nothing where the event was faster (then the feed has it from there), or it was refused.
    if (!post) return;
    this.#feed?.addSent(post, op);
    if (!isShown) toast(word("for-followers"));
  }
}

/**
 * The post as it will probably be; version 0 gives way to whatever the server says.
 *
 * @param {string} body
 * @param {"public" | "followers"} visibility
 * @returns {import("./live.js").Post}
 */
function draft(body, visibility) {
  const now = new Date().toISOString();
  return {
    id: "",
    author: viewer,
    body,
    hashtags: [],
    mentions: [],
    visibility,
    likeCount: 0,
    commentCount: 0,
    isLiked: false,
    createdAt: now,
    updatedAt: now,
    version: 0,
  };
}
