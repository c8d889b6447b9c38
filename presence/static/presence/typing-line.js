/** `<typing-line>`: who is writing a comment under this post; and it tells them of this reader. */

import { client, viewer } from "../posts/live.js";
import { lookUp } from "../posts/people.js";
import { phrase } from "../posts/words.js";
import { OthersTyping, OwnTyping } from "./typing.js";

/** How often somebody who has silently gone is looked for, in milliseconds. */
const LOOK_MS = 1_000;

export class TypingLine extends HTMLElement {
  #own = new OwnTyping();
  #others = new OthersTyping();
  /** @type {ReturnType<typeof setInterval> | undefined} runs while somebody types */
  #timer;
  #shown = "";

  connectedCallback() {
    client.on("user:typing", (event) => this.#mine(event) && this.#typing(event.userId));
    client.on("user:stopped_typing", (event) => this.#mine(event) && this.#stopped(event.userId));
    client.on("comment:added", ({ comment }) => this.#mine(comment) && this.#stopped(comment.author.id));
    client.on("disconnect", () => this.#forget());
    const form = this.parentElement?.querySelector("form.reply");
    form?.addEventListener("input", ({ target }) => {
      const { value } = /** @type {HTMLTextAreaElement} */ (target);
      this.#say(this.#own.changed(value, performance.now()));
    });
    // The server ends it with the comment; this is for one that was refused.
    form?.addEventListener("submit", () => this.#own.stop());
  }

  /** @param {{postId: string}} event */
  #mine({ postId }) {
    return postId === this.dataset.post;
  }

  /** @param {"user:typing" | "user:stopped_typing" | null} type */
  #say(type) {
    if (!type || client.state !== "open") return;
    client.emit(type, { postId: this.dataset.post }).catch(() => {});
  }

  /** @param {string} user */
  #typing(user) {
    if (user === viewer.id) return;
    this.#others.typing(user, performance.now());
    this.#timer ??= setInterval(() => this.#draw(), LOOK_MS);
    this.#draw();
  }

  /** @param {string} user */
  #stopped(user) {
    this.#others.stopped(user);
    this.#draw();
  }

  #forget() {
    this.#others.clear();
    this.#draw();
  }

  async #draw() {
    const users = this.#others.users(performance.now());
    if (!users.length) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    const key = users.join();
    if (key === this.#shown) return;
    this.#shown = key;
    const people = await Promise.all(users.slice(0, 2).map(lookUp));
    // Somebody else may have begun while we asked for a name.
    if (key === this.#shown) this.replaceChildren(...said(people, users.length));
  }
}

/**
 * @param {(import("../posts/live.js").User | null)[]} people
 * @param {number} count
 */
function said([one, two], count) {
  if (!count) return [];
  if (count === 1 && one) return phrase("typing-one", { name: one.displayName });
  if (count === 2 && one && two) {
    return phrase("typing-two", { name: one.displayName, other: two.displayName });
  }
  return phrase("typing-many", {});
}
