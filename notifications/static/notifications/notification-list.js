/** `<notification-list>`: what one should know of, newest first, read in all tabs at once. */

import { tellTimes } from "../posts/clock.js";
import { drawFace } from "../posts/face.js";
import { client } from "../posts/live.js";
import { slot } from "../posts/slots.js";
import { markAllRead, markRead, onReading } from "./reading.js";
import { leadsTo, said } from "./told.js";

/** More than one reads; what is older is on the pages behind. */
const MAX_ITEMS = 200;

/** @typedef {import("./told.js").Notification} Notification */

export class NotificationList extends HTMLElement {
  /** @type {(() => void)[]} */
  #stops = [];
  #isSetUp = false;

  connectedCallback() {
    if (this.dataset.older === undefined) {
      this.#stops.push(client.on("notification:new", ({ notification }) => this.#add(notification)));
    }
    this.#stops.push(
      onReading(({ read }) => this.#show(read ?? {})),
      client.on("reset", () => location.reload()),
    );
    if (this.#isSetUp) return;
    this.#isSetUp = true;
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      markRead(idOf(event.target));
    });
    this.addEventListener("click", ({ target }) => {
      const item = /** @type {Element} */ (target).closest(".what")?.closest("li[data-unread]");
      if (item) markRead(idOf(item));
    });
    document.querySelector("[data-read-all]")?.addEventListener("submit", (event) => {
      event.preventDefault();
      markAllRead();
    });
  }

  disconnectedCallback() {
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** @param {{[id: string]: true}} read */
  #show(read) {
    for (const item of this.#items) {
      if (item.hasAttribute("data-unread") && read[item.dataset.id ?? ""]) setRead(item, true);
      else if (item.hasAttribute("data-was-unread") && !read[item.dataset.id ?? ""]) setRead(item, false);
    }
  }

  /** @param {Notification} told */
  #add(told) {
    if (this.#items.some(({ dataset }) => dataset.id === told.id)) return;
    const template = /** @type {HTMLTemplateElement} */ (this.querySelector("[data-told]"));
    const copy = /** @type {DocumentFragment} */ (document.importNode(template.content, true));
    const item = /** @type {HTMLElement} */ (copy.firstElementChild);
    fill(item, told);
    this.#list.prepend(item);
    tellTimes(item);
    for (const old of this.#items.slice(MAX_ITEMS)) old.remove();
    /** @type {HTMLElement} */ (this.querySelector(".empty")).hidden = true;
  }

  get #list() {
    return /** @type {HTMLElement} */ (this.querySelector("ol"));
  }

  get #items() {
    return /** @type {HTMLElement[]} */ ([...this.#list.children]);
  }
}

/** @param {HTMLElement} item @param {Notification} told */
function fill(item, told) {
  item.dataset.id = told.id;
  item.classList.add(told.priority, "fresh");
  item.toggleAttribute("data-unread", !told.isRead);
  if (told.actor) drawFace(slot(item, "face"), told.actor);
  const way = /** @type {HTMLAnchorElement} */ (slot(item, "what"));
  const href = leadsTo(told);
  if (href) way.href = href;
  slot(item, "said").replaceChildren(...said(told));
  /** @type {HTMLTimeElement} */ (slot(item, "when")).dateTime = told.createdAt;
  const form = /** @type {HTMLFormElement} */ (slot(item, "read"));
  form.action = `/notifications/${told.id}/read/`;
  form.hidden = told.isRead;
}

/** @param {HTMLElement} item @param {boolean} isRead */
function setRead(item, isRead) {
  item.toggleAttribute("data-unread", !isRead);
  // Should the server refuse, it is unread again.
  item.toggleAttribute("data-was-unread", isRead);
  slot(item, "read").hidden = isRead;
}

/** @param {EventTarget | null} target */
function idOf(target) {
  const item = /** @type {Element} */ (target).closest("li");
  return item?.dataset.id ?? "";
}
