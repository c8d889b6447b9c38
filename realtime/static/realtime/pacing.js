/** Calls that may wait a little, so that fewer go out. */

/** After the last of a kind, and from the first of many on, in milliseconds. */
const DEBOUNCE_MS = 300;
const BATCH_MS = 50;

/** @typedef {{run: () => Promise<any>, answer: Promise<any>, go: () => void, timer?: any}} Call */

export class Pacing {
  /** @type {Map<string, Call>} */
  #waiting = new Map();
  /** @type {Set<string>} what goes out together */
  #batch = new Set();

  /**
   * Only the last of several in quick succession is done; all get its answer.
   *
   * @param {string} key @param {() => Promise<any>} run
   */
  debounce(key, run) {
    const call = this.#call(key, run);
    clearTimeout(call.timer);
    call.timer = setTimeout(() => this.#go(key), DEBOUNCE_MS);
    return call.answer;
  }

  /**
   * All that is asked for within a moment goes out together, the same thing once.
   *
   * @param {string} key @param {() => Promise<any>} run
   */
  batch(key, run) {
    const call = this.#call(key, run);
    if (!this.#batch.size) setTimeout(() => this.#goTogether(), BATCH_MS);
    this.#batch.add(key);
    return call.answer;
  }

  #goTogether() {
    const keys = [...this.#batch];
    this.#batch.clear();
    for (const key of keys) this.#go(key);
  }

  /** @param {string} key @param {() => Promise<any>} run @returns {Call} */
  #call(key, run) {
    let call = this.#waiting.get(key);
    if (!call) {
      let go = () => {};
      const answer = new Promise((resolve) => (go = () => resolve(call?.run())));
      this.#waiting.set(key, (call = { run, answer, go: () => go() }));
    }
    call.run = run;
    return call;
  }

  /** @param {string} key */
  #go(key) {
    const call = this.#waiting.get(key);
    this.#waiting.delete(key);
    call?.go();
  }
}
