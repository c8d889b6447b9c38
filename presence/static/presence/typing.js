/**
 * When to say that one is typing, and whom to believe that they still are.
 *
 * Pure: times in, answers out.
 */

/** The server lets one through in this time, in milliseconds. */
const EVERY_MS = 2_000;
/** It ends a silence of 6 s by itself; this is for the case that its word does not arrive. */
const BELIEVED_MS = 8_000;

/** What one's own client says. */
export class OwnTyping {
  #saidAt = -Infinity;

  /**
   * The text has changed.
   *
   * @param {string} text
   * @param {number} now
   * @returns {"user:typing" | "user:stopped_typing" | null} what to send
   */
  changed(text, now) {
    if (!text.trim()) return this.stop();
    if (now - this.#saidAt < EVERY_MS) return null;
    this.#saidAt = now;
    return "user:typing";
  }

  /** @returns {"user:stopped_typing" | null} */
  stop() {
    const wasSaid = this.#saidAt > -Infinity;
    this.#saidAt = -Infinity;
    return wasSaid ? "user:stopped_typing" : null;
  }
}

/** What others are doing. */
export class OthersTyping {
  /** @type {Map<string, number>} user → when they were last heard to type */
  #heard = new Map();

  /** @param {string} user @param {number} now */
  typing(user, now) {
    this.#heard.set(user, now);
  }

  /** @param {string} user */
  stopped(user) {
    this.#heard.delete(user);
  }

  clear() {
    this.#heard.clear();
  }

  /** @param {number} now @returns {string[]} in the order in which they began */
  users(now) {
    for (const [user, at] of this.#heard) if (now - at > BELIEVED_MS) this.#heard.delete(user);
    return [...this.#heard.keys()];
  }
}
