/**
 * Commands on their way: each is answered once, by an ack or an error, or given up.
 *
 * What was not sent yet waits for the next connection; what was sent when the connection went is
 * refused, because nobody can know whether it was done.
 */

/** A command that was not done. */
export class CommandError extends Error {
  /** @param {{code: string, message?: string, retryAfter?: number}} payload */
  constructor({ code, message, retryAfter }) {
    super(message ?? code);
    this.code = code;
    /** Seconds, with `rate_limited`. */
    this.retryAfter = retryAfter;
  }
}

/** How long a command may wait for its answer, the wait for a connection included. */
const ANSWER_MS = 10_000;

/**
 * @typedef {{
 *   frame: {type: string, id: string, payload: object},
 *   sent: boolean,
 *   resolve: (payload: any) => void,
 *   reject: (error: CommandError) => void,
 *   timer: ReturnType<typeof setTimeout>,
 * }} Command
 */

export class Commands {
  /** @type {Map<string, Command>} */
  #open = new Map();
  #count = 0;

  /**
   * @param {string} type
   * @param {object} payload
   * @returns {Promise<any>} the payload of the ack
   */
  add(type, payload) {
    const id = `c${(this.#count += 1)}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#refuse(id, "timeout"), ANSWER_MS);
      this.#open.set(id, {
        frame: { type, id, payload },
        sent: false,
        resolve,
        reject,
        timer,
      });
    });
  }

  /** @param {(frame: Command["frame"]) => void} send gets each command that is not out yet */
  flush(send) {
    for (const command of this.#open.values()) {
      if (!command.sent) {
        command.sent = true;
        send(command.frame);
      }
    }
  }

  /**
   * @param {{type: string, id: string, payload: any}} frame
   * @returns {boolean} whether it was an answer to one of these
   */
  answer({ type, id, payload }) {
    const command = this.#take(id);
    if (!command) return false;
    if (type === "error") command.reject(new CommandError(payload));
    else command.resolve(payload);
    return true;
  }

  /** The connection went. */
  lost() {
    for (const [id, { sent }] of [...this.#open]) if (sent) this.#refuse(id, "disconnected");
  }

  /**
   * @param {string} id
   * @param {string} code
   */
  #refuse(id, code) {
    this.#take(id)?.reject(new CommandError({ code }));
  }

  /** @param {string} id */
  #take(id) {
    const command = this.#open.get(id);
    if (!command) return undefined;
    clearTimeout(command.timer);
    this.#open.delete(id);
    return command;
  }
}
