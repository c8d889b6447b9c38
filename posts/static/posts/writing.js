/** What every form to write in does: counts what is left, sends by Ctrl+Enter, says what is wrong. */

/** From here on it is worth telling how much is left. */
const NEARLY = 200;

export class Writing {
  #form;

  /**
   * @param {HTMLFormElement} form
   * @param {(body: string) => void} send gets the text, trimmed, when it may be sent
   */
  constructor(form, send) {
    this.#form = form;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const body = this.text.value.trim();
      if (body && this.#left >= 0) send(body);
    });
    this.text.addEventListener("input", () => this.#count());
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
  }

  get text() {
    return /** @type {HTMLTextAreaElement} */ (this.#form.elements.namedItem("body"));
  }

  clear() {
    this.text.value = "";
    this.say("");
    this.#count();
  }

  /**
   * Give back what could not be sent, unless something new is being written already.
   *
   * @param {string} body
   * @param {string} why
   */
  giveBack(body, why) {
    if (!this.text.value) this.text.value = body;
    this.say(why);
    this.#count();
  }

  /** @param {string} message empty when all is well */
  say(message) {
    const place = /** @type {HTMLElement} */ (this.#form.querySelector(".wrong"));
    place.textContent = message;
    place.hidden = !message;
  }

  /** @returns {number} code points, as the server counts */
  get #left() {
    return Number(this.#form.dataset.limit) - [...this.text.value.trim()].length;
  }

  #count() {
    const left = this.#left;
    const place = this.#form.querySelector(".left");
    if (!place) return;
    place.textContent = left < NEARLY ? String(left) : "";
    place.toggleAttribute("data-over", left < 0);
  }
}
