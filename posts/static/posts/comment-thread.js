/** `<comment-thread>`: the comments of one post, oldest first, and the form for the next one. */

import { newOperation } from "../realtime/rest.js";
import { makeComment, showComment } from "./comment-item.js";
import { client, rest, viewer } from "./live.js";
import { explain, toast } from "./toast.js";
import { onRefused, updates } from "./updates.js";
import { word } from "./words.js";
import { Writing } from "./writing.js";

/** @typedef {import("./live.js").Comment} Comment */

export class CommentThread extends HTMLElement {
  /** @type {Writing | undefined} */
  #writing;
  /** @type {Map<string, HTMLElement>} comments on their way to the server, by operation */
  #sending = new Map();
  /** @type {(() => void)[]} */
  #stops = [];

  connectedCallback() {
    const form = /** @type {HTMLFormElement} */ (this.querySelector("form.reply"));
    if (!this.#writing) {
      this.#writing = new Writing(form, (body) => this.#send(body));
      onRefused("comment", (update, why) => this.#takeBack(update, why));
    }
    this.#list.addEventListener("submit", (event) => this.#delete(event));
    this.#stops = [
      client.on("comment:added", (event, { op }) => this.#mine(event) && this.#added(event, op)),
      client.on("comment:updated", (event) => this.#mine(event) && this.#updated(event)),
      client.on("comment:deleted", (event) => this.#item(event.commentId)?.remove()),
      client.on("user:blocked", ({ targetId }) => this.#blocked(targetId)),
      client.on("reset", () => location.reload()),
    ];
  }

  disconnectedCallback() {
    for (const stop of this.#stops) stop();
  }

  /** @param {{postId: string}} event */
  #mine({ postId }) {
    return postId === this.dataset.post;
  }

  /**
   * @param {{comment: Comment}} event
   * @param {string} [op]
   */
  #added({ comment }, op) {
    const known = this.#item(comment.id);
    if (known) return this.#show(known, comment);
    if (op && this.#sending.has(op)) return this.#sent(comment, op);
    // A page of earlier comments is not where new ones belong.
    if (this.dataset.older !== undefined) return;
    const item = this.#make(comment);
    item.classList.add("fresh");
    this.#place(item, comment.id);
  }

  /** @param {{comment: Comment}} event */
  #updated({ comment }) {
    const item = this.#item(comment.id);
    if (item) this.#show(item, comment);
    // Restored: back to where it was, if that is on this page.
    else if (comment.id > this.#oldest) this.#added({ comment });
  }

  /** @param {string} author whose comments are not there for this reader any more */
  #blocked(author) {
    for (const item of this.#all) if (item.dataset.author === author) item.remove();
  }

  /** @param {string} body */
  async #send(body) {
    const op = newOperation();
    this.#writing?.clear();
    this.#addSending(body, op);
    const postId = this.dataset.post ?? "";
    const update = updates.add("comment", `comments:${postId}`, { postId, body }, op);
    const comment = await update.catch(() => null);
    if (comment) this.#sent(comment, op);
  }

  /**
   * @param {{op: string, args: {postId: string, body: string}}} update
   * @param {string} why
   */
  #takeBack({ op, args }, why) {
    if (!this.#mine(args)) return false;
    this.#sending.get(op)?.remove();
    this.#sending.delete(op);
    this.#writing?.giveBack(args.body, why);
    return true;
  }

  /**
   * @param {string} body
   * @param {string} op
   */
  #addSending(body, op) {
    const now = new Date().toISOString();
    const [author, postId] = [viewer, this.dataset.post ?? ""];
    const item = this.#make({
      id: op, postId, author, body, createdAt: now, updatedAt: now, version: 0,
    });
    item.dataset.id = "";
    item.classList.add("sending");
    this.#sending.set(op, item);
    this.#list.append(item);
  }

  /**
   * The server has it: by its answer or by the event, whichever comes first.
   *
   * @param {Comment} comment
   * @param {string} op
   */
  #sent(comment, op) {
    const item = this.#sending.get(op);
    this.#sending.delete(op);
    const known = this.#item(comment.id);
    if (known) return item?.remove();
    if (!item) return;
    item.classList.remove("sending");
    this.#show(item, comment);
    this.#place(item, comment.id);
  }

  /** @param {SubmitEvent} event */
  async #delete(event) {
    event.preventDefault();
    const item = /** @type {HTMLElement} */ (event.target).closest("li");
    if (!item || !confirm(word("delete-comment"))) return;
    try {
      await rest.write("DELETE", `/comments/${item.dataset.id}`);
      item.remove();
    } catch (error) {
      toast(explain(error));
    }
  }

  /**
   * @param {HTMLElement} item
   * @param {string} id
   */
  #place(item, id) {
    const after = this.#all.find(({ dataset }) => !dataset.id || dataset.id > id);
    if (after !== item) this.#list.insertBefore(item, after ?? null);
  }

  /** @param {Comment} comment */
  #make(comment) {
    const template = /** @type {HTMLTemplateElement} */ (this.querySelector("[data-comment]"));
    return makeComment(template, comment, this.dataset.postAuthor ?? "");
  }

  /**
   * @param {HTMLElement} item
   * @param {Comment} comment
   */
  #show(item, comment) {
    showComment(item, comment, this.dataset.postAuthor ?? "");
  }

  /** @returns {string} empty where the page has all of them from the first */
  get #oldest() {
    return this.querySelector("[rel=prev]") ? (this.#all[0]?.dataset.id ?? "") : "";
  }

  get #all() {
    return /** @type {HTMLElement[]} */ ([...this.#list.children]);
  }

  get #list() {
    return /** @type {HTMLElement} */ (this.querySelector(".comments"));
  }

  /** @param {string} id */
  #item(id) {
    return this.#all.find(({ dataset }) => dataset.id === id);
  }
}
