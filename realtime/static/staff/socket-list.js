/** The open sockets of one user, in all processes, on request; and what sends them away. */

import { ask, button, element, fill, mayReconnect, number, page, words } from "./words.js";

/** How long the processes have to answer before it counts as: none has one, in milliseconds. */
const ANSWER_MS = 1_500;
const ROOMS = 12;

export class SocketList {
  #form;
  #found;
  #warning;
  #list;
  #reconnect;
  /** The question whose answers are shown, and whose sockets they are. */
  #ask = "";
  #name = "";

  /** @param {HTMLElement} section */
  constructor(section, reconnect) {
    this.#form = section.querySelector("form");
    this.#found = section.querySelector(".live-found");
    this.#warning = section.querySelector(".live-warning");
    this.#list = section.querySelector("ul");
    this.#reconnect = reconnect;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#show();
    });
    const all = this.#form.querySelector("[data-act=reconnect-user]");
    if (all) all.onclick = () => this.#form.reportValidity() && reconnect({ user: this.#user }, this.#user);
  }

  get #user() {
    return this.#form.elements.user.value.trim();
  }

  async #show() {
    const asked = (this.#ask = crypto.randomUUID());
    this.#name = this.#user;
    this.#list.replaceChildren();
    this.#found.textContent = "";
    try {
      const { onlyHere } = await ask(page.dataset.sockets, { user: this.#name, ask: asked });
      this.#warn(onlyHere);
    } catch (error) {
      this.#found.textContent = error.message;
      return;
    }
    setTimeout(() => {
      if (asked === this.#ask && !this.#list.children.length) {
        this.#found.textContent = fill(words.noSockets, this.#name);
      }
    }, ANSWER_MS);
  }

  /** Say what the list cannot hold. @param {boolean} onlyHere */
  #warn(onlyHere) {
    this.#warning.hidden = !onlyHere;
    this.#warning.textContent = onlyHere ? words.onlyHere : "";
  }

  /** A process has answered; perhaps another page's question. */
  take({ ask: asked, name, sockets }) {
    if (asked !== this.#ask || !sockets.length) return;
    this.#found.textContent = fill(words.hasSockets, this.#name);
    this.#list.append(...sockets.map((socket) => this.#item(socket, name)));
  }

  #item({ id, transport, since, rooms, unsent }, process) {
    const item = document.createElement("li");
    const more = rooms.length > ROOMS ? ` +${number(rooms.length - ROOMS)}` : "";
    const began = element("time", new Date(since).toLocaleString(document.documentElement.lang), { dateTime: since });
    const facts = element("p", `${transport} · ${process} · ${fill(words.bytes, number(unsent))} · `);
    facts.append(began);
    item.append(
      element("code", id),
      facts,
      element("p", rooms.slice(0, ROOMS).join(" ") + more, { className: "rooms" }),
    );
    if (mayReconnect) {
      const away = async () => {
        await this.#reconnect({ socket: id }, id);
        item.remove();
      };
      item.append(button(words.reconnect, fill(words.reconnectSocket, id), away));
    }
    return item;
  }
}
