/** Who wants to hear what: handlers by event type, called in the order in which they came. */

/** @typedef {(payload: any, frame: any) => void} Handler */

export class Listeners {
  /** @type {Map<string, Set<Handler>>} */
  #handlers = new Map();

  /**
   * @param {string} type an event's type, or "*" for every frame
   * @param {Handler} handler
   * @returns {() => void} takes the handler away again
   */
  on(type, handler) {
    if (!this.#handlers.has(type)) this.#handlers.set(type, new Set());
    this.#handlers.get(type)?.add(handler);
    return () => this.off(type, handler);
  }

  /**
   * @param {string} type
   * @param {Handler} handler
   */
  off(type, handler) {
    this.#handlers.get(type)?.delete(handler);
  }

  /**
   * @param {string} type
   * @param {any} payload
   * @param {any} [frame] the whole frame, where there is one
   */
  tell(type, payload, frame) {
    for (const handler of [...(this.#handlers.get(type) ?? [])]) {
      try {
        handler(payload, frame);
      } catch (error) {
        // One broken handler must neither stop the others nor hold back the cursor; the error
        // still shows up as an uncaught one.
        globalThis.reportError(error);
      }
    }
  }
}
