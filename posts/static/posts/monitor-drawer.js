/**
 * `<monitor-drawer>`: what the connection does, and two ways to disturb it.
 *
 * There under DEBUG alone. It listens and shows; what it finds out is nobody else's business.
 */

import { client } from "./live.js";

const MAX_FRAMES = 20;
/** More of a frame than one reads here. */
const MAX_SHOWN = 2_000;
const PING_MS = 5_000;
const LOOK_MS = 1_000;
/** Events per second are those of this time, in milliseconds. */
const SPAN_MS = 5_000;
const NOTHING = "—";
/** Whether it is open, over the pages of one tab. */
const KEPT_AS = "monitor";

/** @typedef {{type: string, at: Date, text: string}} Heard */

class MonitorDrawer extends HTMLElement {
  /** @type {Heard[]} frames that are not on the page yet */
  #heard = [];
  /** @type {number[]} when each event of the last seconds came */
  #times = [];
  #isPlanned = false;
  #isForced = false;
  /** @type {ReturnType<typeof setInterval>[]} run while it is open */
  #timers = [];

  connectedCallback() {
    this.#button.addEventListener("click", () => this.#open(this.#panel.hidden));
    this.#panel.addEventListener("click", ({ target }) => this.#do(/** @type {Element} */ (target)));
    this.addEventListener("keydown", ({ key }) => key === "Escape" && this.#open(false));
    client.on("*", (payload, frame) => this.#hear(payload, frame));
    for (const type of ["state", "transport"]) client.on(type, () => this.#tell());
    if (sessionStorage.getItem(KEPT_AS)) this.#open(true, { isAsked: false });
  }

  /**
   * @param {boolean} isOpen
   * @param {{isAsked?: boolean}} [how] the keyboard follows only where somebody asked for it
   */
  #open(isOpen, { isAsked = true } = {}) {
    if (isOpen !== this.#panel.hidden) return;
    this.#panel.hidden = !isOpen;
    this.#button.setAttribute("aria-expanded", String(isOpen));
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    if (isOpen) {
      sessionStorage.setItem(KEPT_AS, "open");
      this.#timers = [setInterval(() => this.#tell(), LOOK_MS), setInterval(() => this.#ping(), PING_MS)];
      this.#ping();
      this.#tell();
      this.#drawSoon();
    } else sessionStorage.removeItem(KEPT_AS);
    if (isAsked) (isOpen ? this.#find("[data-do=close]") : this.#button).focus();
  }

  /** @param {Element} target */
  #do(target) {
    const { do: act } = /** @type {HTMLElement | null} */ (target.closest("[data-do]"))?.dataset ?? {};
    if (act === "close") this.#open(false);
    else if (act === "cut") client.cut();
    else if (act === "force") this.#force(!this.#isForced);
  }

  /** @param {boolean} isForced */
  #force(isForced) {
    client.forceFallback(isForced ? "polling" : null);
    this.#isForced = isForced;
    this.#find("[data-do=force]").setAttribute("aria-pressed", String(isForced));
  }

  async #ping() {
    // While there is no socket there is nothing to measure.
    await client.ping?.().catch(() => {});
    this.#tell();
  }

  /** @param {any} payload @param {any} frame */
  #hear(payload, frame) {
    const now = Date.now();
    if (frame.seq !== undefined) this.#times.push(now);
    this.#times = this.#times.filter((at) => now - at < SPAN_MS);
    const text = JSON.stringify(payload, null, 1).slice(0, MAX_SHOWN);
    this.#heard = [...this.#heard, { type: frame.type, at: new Date(now), text }].slice(-MAX_FRAMES);
    this.#drawSoon();
  }

  #drawSoon() {
    if (this.#isPlanned || this.#panel.hidden) return;
    this.#isPlanned = true;
    requestAnimationFrame(() => {
      this.#isPlanned = false;
      const list = this.#find(".frames");
      list.prepend(...this.#heard.splice(0).toReversed().map(item));
      for (const old of [...list.children].slice(MAX_FRAMES)) old.remove();
    });
  }

  #tell() {
    const { state, transport, latency, cursor } = client;
    const now = Date.now();
    const rate = this.#times.filter((at) => now - at < SPAN_MS).length / (SPAN_MS / 1_000);
    this.#button.dataset.state = state;
    this.#fill("state", state);
    this.#fill("transport", transport);
    this.#fill("latency", latency == null ? null : `${Math.round(latency)} ms`);
    this.#fill("rate", rate.toFixed(1));
    this.#fill("cursor", cursor);
  }

  /** @param {string} name @param {string | number | null} value */
  #fill(name, value) {
    const text = String(value ?? NOTHING);
    const place = this.#find(`[data-tell=${name}]`);
    if (place.textContent !== text) place.textContent = text;
  }

  get #button() {
    return this.#find(".monitor-open");
  }

  get #panel() {
    return this.#find(".monitor");
  }

  /** @param {string} selector */
  #find(selector) {
    return /** @type {HTMLElement} */ (this.querySelector(selector));
  }
}

/** @param {Heard} heard @returns {HTMLLIElement} */
function item({ type, at, text }) {
  const item = document.createElement("li");
  const more = document.createElement("details");
  const head = document.createElement("summary");
  const name = document.createElement("b");
  const time = document.createElement("time");
  const body = document.createElement("pre");
  name.textContent = type;
  time.textContent = at.toLocaleTimeString(document.documentElement.lang, { hour12: false });
  body.textContent = text;
  head.append(name, time);
  more.append(head, body);
  item.append(more);
  return item;
}

customElements.define("monitor-drawer", MonitorDrawer);
