/**
 * One WebSocket from its opening to its end, which is told exactly once.
 *
 * A socket whose network has gone says nothing: silence beyond what was agreed is an end too.
 * Nothing here knows cursors or rooms; that is `connection.js`.
 */

/** How long the handshake and the `connect` frame may take together, in milliseconds. */
const OPENING_MS = 10_000;
/** How long a probe waits for any sign of life, in milliseconds. */
const PROBE_MS = 5_000;
/** What browsers report when a connection is lost without a close frame. */
const LOST = 1006;

export class Socket {
  #socket;
  #onFrame;
  #onEnd;
  #ended = false;
  #silenceMs = OPENING_MS;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #watch;

  /**
   * @param {string} url
   * @param {{
   *   onOpen: () => void,
   *   onFrame: (frame: any) => void,
   *   onEnd: (code: number) => void,
   *   WebSocket?: typeof globalThis.WebSocket,
   * }} options
   */
  constructor(url, { onOpen, onFrame, onEnd, WebSocket = globalThis.WebSocket }) {
    this.#onFrame = onFrame;
    this.#onEnd = onEnd;
    this.#socket = new WebSocket(url);
    this.#socket.onopen = () => this.#ended || onOpen();
    this.#socket.onmessage = (message) => this.#take(message.data);
    this.#socket.onclose = (close) => this.end(close.code);
    this.#listen(OPENING_MS);
  }

  /** @param {object} frame */
  send(frame) {
    if (!this.#ended && this.#socket.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  /** End it from here; `onEnd` is not called. */
  close() {
    this.#ended = true;
    clearTimeout(this.#watch);
    this.#socket.close(1000);
  }

  /** @param {number} milliseconds of silence after which it counts as lost */
  expectSignsEvery(milliseconds) {
    this.#silenceMs = milliseconds;
    this.#listen(milliseconds);
  }

  /** Ask for a sign of life, soon: after a sleep or a change of network. */
  probe() {
    if (this.#socket.readyState !== 1) return;
    this.send({ type: "heartbeat", id: "probe", payload: {} });
    this.#listen(PROBE_MS);
  }

  /** @param {string} data */
  #take(data) {
    if (this.#ended) return;
    this.#listen(this.#silenceMs);
    this.#onFrame(JSON.parse(data));
  }

  /** @param {number} milliseconds */
  #listen(milliseconds) {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.end(LOST), milliseconds);
  }

  /** @param {number} code */
  end(code) {
    if (this.#ended) return;
    // A dead network answers no close frame: do not wait for one.
    this.close();
    this.#onEnd(code);
  }
}
