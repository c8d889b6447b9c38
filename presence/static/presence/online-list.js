/** `<online-list>`: the faces of those who are online now, and how many they are. */

import { drawFace, pageOf } from "../posts/face.js";
import { viewer } from "../posts/live.js";
import { lookUp } from "../posts/people.js";
import { word } from "../posts/words.js";
import { onChange, roll } from "./online.js";

const MAX_FACES = 14;
/** Many come and go at once when a server comes back: the list is drawn once for all of them. */
const SETTLE_MS = 200;

/** @typedef {import("../posts/live.js").User} User */

export class OnlineList extends HTMLElement {
  /** @type {(() => void) | undefined} */
  #stop;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  connectedCallback() {
    this.#stop = onChange(() => {
      this.#timer ??= setTimeout(() => this.#draw(), SETTLE_MS);
    });
  }

  disconnectedCallback() {
    this.#stop?.();
    clearTimeout(this.#timer);
  }

  async #draw() {
    this.#timer = undefined;
    const others = roll.users.filter((id) => id !== viewer.id);
    this.hidden = others.length === 0;
    // A panel that nobody sees, as on a phone, asks for no names.
    if (!this.offsetParent) return this.querySelector("ul")?.replaceChildren();
    const count = /** @type {HTMLElement} */ (this.querySelector(".count"));
    count.textContent = String(others.length);
    const people = await Promise.all(others.slice(0, MAX_FACES).map(lookUp));
    const shown = people.filter((user) => user !== null);
    const items = shown.filter(({ id }) => roll.has(id)).map(item);
    const more = others.length - shown.length;
    if (more > 0) items.push(rest(more));
    this.querySelector("ul")?.replaceChildren(...items);
  }
}

/** @param {User} user @returns {HTMLLIElement} */
function item(user) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  const face = document.createElement("span");
  const name = document.createElement("span");
  link.href = pageOf(user.username);
  link.title = user.displayName;
  face.className = "face small";
  face.ariaHidden = "true";
  face.dataset.online = "";
  drawFace(face, user);
  name.className = "unseen";
  name.textContent = user.displayName;
  link.append(face, name);
  item.append(link);
  return item;
}

/** @param {number} n @returns {HTMLLIElement} */
function rest(n) {
  const item = document.createElement("li");
  item.className = "more";
  item.textContent = word("more-online", { n });
  return item;
}
