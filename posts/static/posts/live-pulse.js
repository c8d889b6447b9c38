/** `<live-pulse>`: how much happens, as a row of bars, and the last few things in words. */

import { tellTimes } from "./clock.js";
import { drawFace } from "./face.js";
import { client } from "./live.js";
import { word } from "./words.js";

const BARS = 40;
/** What one bar stands for, in milliseconds. */
const SPAN_MS = 1_500;
const [WIDTH, HEIGHT] = [240, 52];
const MAX_LINES = 5;
/** More than fits into a line; the rest is cut off by the style. */
const MAX_SAID = 80;
const SVG = "http://www.w3.org/2000/svg";

/** @typedef {{author: import("./live.js").User, body: string, createdAt: string}} Written */

export class LivePulse extends HTMLElement {
  #counts = Array(BARS).fill(0);
  /** @type {SVGRectElement[]} */
  #bars = [];
  /** @type {{said: string, written: Written, postId: string}[]} not on the page yet */
  #news = [];
  #isPlanned = false;
  /** @type {(() => void)[]} */
  #stops = [];

  connectedCallback() {
    this.#bars = this.#counts.map((_, place) => this.#bar(place));
    this.querySelector("svg")?.replaceChildren(...this.#bars);
    const timer = setInterval(() => this.#step(), SPAN_MS);
    this.#stops = [
      () => clearInterval(timer),
      client.on("*", (_, frame) => frame.seq !== undefined && this.#count()),
      client.on("post:created", ({ post }) => this.#say("posted", post, post.id)),
      client.on("comment:added", ({ comment, postId }) => this.#say("commented", comment, postId)),
      client.on("post:deleted", ({ postId }) => this.#forget(postId)),
    ];
    this.#draw();
  }

  disconnectedCallback() {
    for (const stop of this.#stops) stop();
  }

  #count() {
    this.#counts[BARS - 1] += 1;
    this.#drawSoon();
  }

  #step() {
    this.#counts.push(0);
    this.#counts.shift();
    // A hidden page draws nothing; it is up to date again with the first bar after.
    if (!document.hidden) this.#draw();
  }

  /** However much happens at once, it is drawn once a frame; and not at all where nobody looks. */
  #drawSoon() {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    requestAnimationFrame(() => {
      this.#isPlanned = false;
      this.#draw();
      this.#list();
    });
  }

  /** @param {number} place */
  #bar(place) {
    const bar = document.createElementNS(SVG, "rect");
    const step = WIDTH / BARS;
    bar.setAttribute("x", String(place * step + 1));
    bar.setAttribute("width", String(step - 2));
    bar.setAttribute("rx", "1.5");
    return bar;
  }

  #draw() {
    const most = Math.max(4, ...this.#counts);
    this.#counts.forEach((count, place) => {
      const height = Math.max(3, (HEIGHT * count) / most);
      const bar = this.#bars[place];
      bar.setAttribute("y", String(HEIGHT - height));
      bar.setAttribute("height", String(height));
      bar.classList.toggle("busy", count > 0);
    });
  }

  /**
   * @param {string} what
   * @param {Written} written
   * @param {string} postId
   */
  #say(what, written, postId) {
    const one = { said: word(what, { name: written.author.displayName }), written, postId };
    this.#news = [...this.#news, one].slice(-MAX_LINES);
    this.#drawSoon();
  }

  #list() {
    const list = /** @type {HTMLElement} */ (this.querySelector(".happened"));
    for (const { said, written, postId } of this.#news.splice(0)) list.prepend(line(said, written, postId));
    for (const old of [...list.children].slice(MAX_LINES)) old.remove();
    const quiet = /** @type {HTMLElement} */ (this.querySelector(".quiet"));
    quiet.hidden = list.childElementCount > 0;
  }

  /** @param {string} postId a post that is no longer there is not a way to go */
  #forget(postId) {
    this.#news = this.#news.filter((one) => one.postId !== postId);
    const links = this.querySelectorAll(`a[href="/posts/${postId}/"]`);
    for (const link of links) link.parentElement?.remove();
  }
}

/**
 * @param {string} what
 * @param {Written} written
 * @param {string} postId
 * @returns {HTMLLIElement}
 */
function line(what, { author, body, createdAt }, postId) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  const face = part("span", "face small");
  const text = part("span", "what");
  const when = document.createElement("time");
  face.ariaHidden = "true";
  drawFace(face, author);
  text.append(part("b", "", what), part("span", "said", body.slice(0, MAX_SAID)));
  when.dateTime = createdAt;
  link.href = `/posts/${postId}/`;
  link.append(face, text, when);
  item.append(link);
  tellTimes(item);
  return item;
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {string} [text]
 */
function part(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}
