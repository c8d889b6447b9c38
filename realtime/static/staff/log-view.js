/** The log as it comes, the newest first: what fits the two filters, and never more than fits a page. */

import { element, fill, number, words } from "./words.js";

/** Events that are kept, so that a filter finds what has passed, and those that are shown. */
const KEPT = 500;
const SHOWN = 100;

export class LogView {
  #form;
  #list;
  #empty;
  #skipped;
  /** @type {any[]} the newest first */
  #events = [];
  #isPaused = false;

  /** @param {HTMLElement} section */
  constructor(section) {
    this.#form = section.querySelector("form");
    this.#list = section.querySelector("ol");
    this.#empty = section.querySelector(".live-empty");
    this.#skipped = section.querySelector(".live-skipped");
    this.#form.addEventListener("input", () => this.#draw());
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.querySelector("[data-act=pause]").onclick = ({ target }) => this.#pause(target);
  }

  /** Events have passed, the oldest first. */
  take({ events, skipped }) {
    for (const event of events) {
      this.#events.unshift(event);
      if (!this.#isPaused && this.#fits(event)) this.#list.prepend(entry(event));
    }
    this.#events.length = Math.min(this.#events.length, KEPT);
    this.#skipped.hidden = !skipped;
    this.#skipped.textContent = skipped ? fill(words.skipped, number(skipped)) : "";
    this.#bound();
  }

  #pause(button) {
    this.#isPaused = !this.#isPaused;
    button.setAttribute("aria-pressed", String(this.#isPaused));
    button.textContent = this.#isPaused ? words.resume : words.pause;
    if (!this.#isPaused) this.#draw();
  }

  #fits({ type, rooms }) {
    const { room, type: kind } = this.#form.elements;
    const [wantedRoom, wantedType] = [room.value.trim(), kind.value.trim()];
    return (!wantedRoom || rooms.some((one) => one.includes(wantedRoom))) && type.includes(wantedType);
  }

  #draw() {
    const fitting = this.#events.filter((event) => this.#fits(event)).slice(0, SHOWN);
    this.#list.replaceChildren(...fitting.map(entry));
    this.#bound();
  }

  #bound() {
    while (this.#list.children.length > SHOWN) this.#list.lastElementChild.remove();
    this.#empty.hidden = this.#list.children.length > 0;
  }
}

/** One event: its line, and its payload when one opens it. */
function entry({ seq, type, rooms, ts, op, effects, payload }) {
  const line = document.createElement("summary");
  line.append(
    element("span", seq, { className: "seq" }),
    element("time", ts.slice(11, 23), { dateTime: ts }),
    element("b", type || words.rights),
    element("span", rooms.join(" "), { className: "rooms" }),
  );
  const details = document.createElement("details");
  details.append(line);
  // Made when it is wanted: a hundred payloads that nobody reads are a hundred too many.
  details.addEventListener("toggle", () => {
    const shown = { ...(op && { op }), ...(effects.length && { effects }), ...payload };
    if (details.open && details.children.length === 1) {
      details.append(element("pre", JSON.stringify(shown, null, 2), { tabIndex: 0 }));
    }
  });
  const item = document.createElement("li");
  item.append(details);
  return item;
}
