/**
 * The place in the log up to which this page has everything.
 *
 * The cursor itself is opaque and only handed back. What was already applied is known by `seq`,
 * which durable frames carry: a frame that comes twice is applied once.
 */

export class Position {
  /** @type {string | null} */
  #cursor;
  /** @type {bigint} A seq passes 2^53 in theory, so it is never a number here. */
  #seq = -1n;

  /** @param {string | null} [cursor] the one that the server printed into the page */
  constructor(cursor = null) {
    this.#cursor = cursor || null;
  }

  /** @returns {string | null} */
  get cursor() {
    return this.#cursor;
  }

  /**
   * Whether a frame still has to be applied; ephemeral ones always have.
   *
   * @param {{seq?: string}} frame
   */
  isNew(frame) {
    return frame.seq === undefined || BigInt(frame.seq) > this.#seq;
  }

  /**
   * Go on to a frame or answer, after it was applied.
   *
   * @param {{seq?: string, cursor?: string | null}} frame
   */
  moveTo({ seq, cursor }) {
    if (seq !== undefined) this.#seq = BigInt(seq);
    if (cursor) this.#cursor = cursor;
  }

  /** @param {bigint} seq up to which, whatever comes, it is here already */
  raise(seq) {
    if (seq > this.#seq) this.#seq = seq;
  }

  /**
   * Begin anew where the log was lost or trimmed: numbers seen before mean nothing now.
   *
   * @param {string} cursor
   */
  restart(cursor) {
    this.#cursor = cursor;
    this.#seq = -1n;
  }
}
