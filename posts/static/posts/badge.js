/** `<connection-badge>`: whether this page is live, told without flicker. */

import { client } from "./live.js";

/** A connection made within this time is not worth a word, in milliseconds. */
const PATIENCE_MS = 1_200;

export class ConnectionBadge extends HTMLElement {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #later;
  /** @type {(() => void) | undefined} */
  #stop;

  connectedCallback() {
    this.title = this.dataset.title ?? "";
    // Keeps its place until there is something to say.
    this.textContent = this.dataset.open ?? "";
    this.#stop = client.on("state", ({ state }) => this.#follow(state));
    this.#follow(client.state);
  }

  disconnectedCallback() {
    this.#stop?.();
    clearTimeout(this.#later);
  }

  /** @param {import("../realtime/client.js").State} state */
  #follow(state) {
    if (state === "syncing") return; // on its way: the word stays until it is true
    if (state === "connecting" || state === "reconnecting") {
      // What it says then is what is true then.
      this.#later ??= setTimeout(() => {
        this.#later = undefined;
        if (client.state !== "syncing") this.#show(client.state);
      }, PATIENCE_MS);
      return;
    }
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#show(state);
  }

  /** @param {string} state */
  #show(state) {
    const text = this.dataset[state] ?? "";
    this.setAttribute("state", state);
    if (this.textContent !== text) this.textContent = text;
  }
}
