/**
 * The live connection of a page: frames in order, each once, from where the page was rendered.
 *
 *   const client = new RealtimeClient({ url: "/ws/", cursor: document.body.dataset.cursor });
 *   client.on("post:created", ({ post }) => show(post));
 *   client.connect();
 *
 * Local events beside the server's: `connect`, `disconnect {code}`, `reconnect {attempt}`,
 * `error`, `state {state}`, and `reset {reset}`: fetch afresh, the log no longer has what is
 * between.
 */

import { socketAddress } from "./address.js";
import { afterClose, waitAfter } from "./backoff.js";
import { Commands } from "./commands.js";
import { Position } from "./cursor.js";
import { Listeners } from "./listeners.js";
import { Socket } from "./socket.js";

/** @typedef {import("./listeners.js").Handler} Handler */
/** @typedef {"connecting"|"open"|"syncing"|"reconnecting"|"fallback"|"closed"} State */

/** Silence beyond the server's heartbeat after which the socket counts as lost. */
const HEARTBEAT_GRACE_MS = 20_000;
const AT_ONCE_MS = 1_000; // the longest wait before coming back at once, unless the server says

export class RealtimeClient {
  /** @type {State} */
  #state = "closed";
  #options;
  #position;
  #listeners = new Listeners();
  #commands = new Commands();
  /** @type {Set<string>} rooms joined by command, to be joined again after every reconnect */
  #rooms;
  /** @type {Socket | null} */
  #socket = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  #attempt = 0;
  #retryAfterMs = AT_ONCE_MS;
  /**
   * @param {{
   *   url: string,
   *   cursor?: string | null,
   *   rooms?: string[],
   *   token?: () => Promise<string>,
   *   random?: () => number,
   *   WebSocket?: typeof globalThis.WebSocket,
   * }} options `token` is asked for before each connection; without it the session cookie counts
   */
  constructor(options) {
    this.#options = { random: Math.random, ...options };
    this.#position = new Position(options.cursor);
    this.#rooms = new Set(options.rooms);
  }

  /** @returns {State} */
  get state() {
    return this.#state;
  }

  /** @returns {string | null} the position up to which everything was told */
  get cursor() {
    return this.#position.cursor;
  }

  /** @param {string} type @param {Handler} handler @returns {() => void} */
  on(type, handler) {
    return this.#listeners.on(type, handler);
  }

  /** @param {string} type @param {Handler} handler */
  off(type, handler) {
    this.#listeners.off(type, handler);
  }

  connect() {
    if (this.#state !== "closed") return;
    this.#attempt = 0;
    this.#enter("connecting");
    this.#open();
  }

  disconnect() {
    clearTimeout(this.#retry);
    this.#socket?.close();
    this.#ended(1000);
  }

  /** The page is back from sleep, or the network is: look now rather than at the next timer. */
  wake() {
    if (this.#socket) this.#socket.probe();
    else if (this.#state === "reconnecting") this.#again(0);
  }

  /**
   * Send a command; it waits for the connection where there is none yet.
   *
   * @param {string} type
   * @param {object} [payload]
   * @returns {Promise<any>} the payload of the ack; rejects with a CommandError
   */
  emit(type, payload = {}) {
    const answer = this.#commands.add(type, payload);
    this.#flush();
    return answer;
  }

  /** @param {string} room @returns {Promise<any>} */
  join(room) {
    this.#rooms.add(room);
    return this.emit("room:join", { room });
  }

  /** @param {string} room @returns {Promise<any>} */
  leave(room) {
    this.#rooms.delete(room);
    return this.emit("room:leave", { room });
  }

  #open() {
    const { url, token } = this.#options;
    const from = token ? {} : { cursor: this.cursor, rooms: this.#rooms };
    const socket = new Socket(socketAddress(url, from), {
      onOpen: () => this.#authenticate(socket),
      onFrame: (frame) => this.#take(frame),
      onEnd: (code) => this.#lost(code),
      WebSocket: this.#options.WebSocket,
    });
    this.#socket = socket;
  }

  /** @param {Socket} socket */
  async #authenticate(socket) {
    if (!this.#options.token) return;
    try {
      const token = await this.#options.token();
      const cursor = this.cursor ? { cursor: this.cursor } : {};
      socket.send({ type: "auth", payload: { token, ...cursor, rooms: [...this.#rooms] } });
    } catch {
      // No token to be had now is like no network: try again later.
      socket.close();
      this.#lost(1006);
    }
  }

  /** @param {any} frame */
  #take(frame) {
    if (frame.id !== undefined && this.#commands.answer(frame)) return;
    if (frame.type === "connect") this.#connected(frame.payload);
    else if (frame.type === "sync:response") this.#synced(frame.payload);
    else if (frame.type === "heartbeat") this.#beat(frame);
    else if (frame.type === "bye") this.#goodbye(frame.payload);
    else if (frame.type !== "ack") this.#apply(frame);
  }

  /** @param {any} payload */
  #connected(payload) {
    const resumes = this.cursor !== null;
    this.#attempt = 0;
    this.#retryAfterMs = AT_ONCE_MS;
    this.#socket?.expectSignsEvery(payload.heartbeatInterval * 1000 + HEARTBEAT_GRACE_MS);
    if (!resumes) this.#position.moveTo(payload);
    this.#enter(resumes ? "syncing" : "open");
    this.#listeners.tell("connect", payload);
    this.#flush();
  }

  /** @param {any} payload */
  #synced(payload) {
    const { events, cursor, complete, reset } = payload;
    if (reset) {
      this.#position.restart(cursor);
      this.#listeners.tell("reset", { reset });
    } else {
      for (const event of events) this.#apply(event);
      this.#position.moveTo({ cursor });
    }
    this.#listeners.tell("sync:response", payload);
    if (complete) this.#enter("open");
  }

  /** @param {{retryAfter: number | null}} payload seconds */
  #goodbye({ retryAfter }) {
    if (retryAfter !== null) this.#retryAfterMs = retryAfter * 1000;
  }

  /** @param {any} frame */
  #beat(frame) {
    this.#position.moveTo({ cursor: frame.payload.cursor });
    if (frame.id === undefined) this.#socket?.send({ type: "heartbeat", payload: {} });
  }

  /** @param {any} frame */
  #apply(frame) {
    if (!this.#position.isNew(frame)) return;
    if (frame.type === "room:left") this.#rooms.delete(frame.payload.room);
    this.#listeners.tell(frame.type, frame.payload, frame);
    this.#listeners.tell("*", frame.payload, frame);
    // Only now: what a page did not get to see must come again.
    this.#position.moveTo(frame);
  }

  /** @param {number} code */
  #lost(code) {
    const then = afterClose(code);
    if (then === "stop") return this.#ended(code);
    this.#detach(code);
    this.#enter("reconnecting");
    const { random } = this.#options;
    this.#again(waitAfter(then, { attempt: this.#attempt, atOnce: this.#retryAfterMs, random }));
  }

  /** @param {number} wait milliseconds */
  #again(wait) {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#attempt += 1;
      this.#listeners.tell("reconnect", { attempt: this.#attempt });
      this.#open();
    }, wait);
  }

  /** @param {number} code */
  #ended(code) {
    this.#detach(code);
    this.#enter("closed");
  }

  /** @param {number} code */
  #detach(code) {
    const was = this.#socket;
    this.#socket = null;
    this.#commands.lost();
    if (was) this.#listeners.tell("disconnect", { code });
  }

  #flush() {
    const socket = this.#socket;
    if (socket && (this.#state === "open" || this.#state === "syncing")) {
      this.#commands.flush((frame) => socket.send(frame));
    }
  }

  /** @param {State} state */
  #enter(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.#listeners.tell("state", { state });
  }
}
