/**
 * One connection to the server, by whichever transport gets through.
 *
 * A socket; after some failed tries Server-Sent Events, then polling, while the socket is tried
 * again. All go on from the one position, so that nothing is lost or told twice in changing over.
 * It tells one listener: `exchange.js`.
 */

import { fallbackAddress, socketAddress } from "./address.js";
import { afterClose, waitAfter } from "./backoff.js";
import { Position } from "./cursor.js";
import { Poll, POLL_MS, readPage, Stream } from "./fallback.js";
import { Socket } from "./socket.js";

/** Silence beyond the server's heartbeat after which the socket counts as lost. */
const HEARTBEAT_GRACE_MS = 20_000;
const AT_ONCE_MS = 1_000; // the longest wait before coming back at once, unless the server says
/** Tries of the socket that may fail in a row, and then how often it is tried beside the rest. */
const TRIES = 5;
const TRY_AGAIN_MS = 30_000;
/** A connection that held this long counts as a good one. */
const HELD_MS = 5_000;
/** Rooms that are joined one after the other begin the stream anew once. */
const SETTLE_MS = 50;

/**
 * @typedef {"websocket" | "sse" | "polling"} Transport
 * @typedef {"connecting"|"open"|"syncing"|"reconnecting"|"fallback"|"closed"} State
 * @typedef {{url: string, user?: string, transports?: Transport[], reconnectionDelay?: number}} Place
 *   `user`: whose it must be
 * @typedef {{
 *   token?: () => Promise<string>, random?: () => number,
 *   WebSocket?: typeof globalThis.WebSocket, fetch?: typeof globalThis.fetch,
 * }} Means
 * @typedef {{tell: (type: string, payload: any) => void, rooms: () => string[]}} Owner `tell`: of
 *   frames as "frame", and of what happens to the connection
 */

export class Connection {
  /** @type {State} */
  state = "closed";
  /** @type {Transport | null} what is up */
  transport = null;
  #place;
  #owner;
  #means;
  #position = new Position();
  /** @type {{close: () => void, probe: () => void} | null} */
  #link = null;
  /** @type {Socket | null} tried beside a fallback */
  #trial = null;
  /** @type {Transport} what the link is */
  #kind = "websocket";
  /** @type {Transport | null} */
  #forced = null;
  #attempt = 0;
  #failed = 0;
  #streamFailed = false;
  #upSince = 0;
  #retryAfterMs = AT_ONCE_MS;
  #reason = "";
  /** @type {{[name: string]: ReturnType<typeof setTimeout> | undefined}} */
  #timers = {};

  /** @param {Place & Means} options @param {Owner} owner */
  constructor({ url, user, transports, reconnectionDelay, ...means }, owner) {
    this.#place = { url, user, transports: transports ?? ["websocket", "sse", "polling"], reconnectionDelay };
    this.#means = { random: Math.random, ...means };
    this.#owner = owner;
  }

  get cursor() {
    return this.#position.cursor;
  }

  /** @param {string | null} cursor */
  start(cursor) {
    this.#position = new Position(cursor);
    this.#enter("connecting");
    this.#open();
  }

  /** @param {number} code */
  end(code) {
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#timers = {};
    this.#drop(code);
    this.#enter("closed");
  }

  /** The page is back from sleep, or the network is: look now rather than at the next timer. */
  wake() {
    if (this.#link) this.#link.probe();
    else if (this.state === "reconnecting") this.#again(this.#means.random() * AT_ONCE_MS);
  }

  /** As if the network had gone. */
  cut() {
    if (this.#link) this.#lost(1006);
  }

  /** @param {Transport | null} kind this one and no other; null: as it comes */
  force(kind) {
    this.#forced = kind;
    if (this.state === "closed") return;
    this.#failed = 0;
    this.#streamFailed = false;
    this.#drop(1000);
    this.#enter("reconnecting");
    this.#again(0);
  }

  /** @param {{type: string, id?: string, payload: any}} frame */
  send(frame) {
    if (this.transport === "websocket") /** @type {Socket} */ (this.#link).send(frame);
    else if (!this.transport) this.#refuse(frame, "disconnected");
    else if (/^room:(join|leave)$/.test(frame.type)) this.#change(frame);
    else this.#refuse(frame, "fallback");
  }

  /** @param {{id?: string, payload: any}} frame rooms are part of a fallback's address */
  #change({ id, payload: { room } }) {
    this.#wait("change", SETTLE_MS, () => {
      this.#link?.close();
      this.#open();
    });
    if (id) this.#tellFrame({ type: "ack", id, payload: { room, cursor: this.cursor } });
  }

  /** @param {{id?: string}} frame @param {string} code */
  #refuse({ id }, code) {
    if (id) this.#tellFrame({ type: "error", id, payload: { code } });
  }

  /** @returns {Transport} */
  #choose() {
    const { transports } = this.#place;
    const [sse, polling] = [transports.includes("sse"), transports.includes("polling")];
    if (this.#forced) return this.#forced;
    if (transports.includes("websocket") && (this.#failed < TRIES || !(sse || polling))) return "websocket";
    return sse && !(this.#streamFailed && polling) ? "sse" : "polling";
  }

  #open() {
    const kind = (this.#kind = this.#choose());
    if (kind === "websocket") this.#link = this.#socket();
    else this.#fallBack(kind).catch(() => this.#lost(1006));
  }

  #socket() {
    const from = this.#means.token ? {} : this.#from();
    /** @type {Socket} */
    const socket = new Socket(socketAddress(this.#place.url, from), {
      onOpen: () => this.#authenticate(socket),
      onFrame: (frame) => this.#take(frame, socket),
      onEnd: (code) => (socket === this.#trial ? this.#trialEnded(code) : this.#lost(code)),
      WebSocket: this.#means.WebSocket,
    });
    return socket;
  }

  #from() {
    return { cursor: this.cursor, rooms: this.#owner.rooms() };
  }

  /** @param {Transport} kind */
  async #fallBack(kind) {
    const { url, user } = this.#place;
    const { fetch } = this.#means;
    // Another's room is refused: so a browser where somebody else has logged in gets nothing.
    const rooms = () => (user ? [`user:${user}`, ...this.#owner.rooms()] : this.#owner.rooms());
    /** @type {{close: () => void, probe: () => void}} */
    let link = (this.#link = { close: () => {}, probe: () => {} });
    const token = await this.#means.token?.();
    if (this.#link !== link) return;
    const heard = {
      onFrame: (/** @type {any} */ frame) => this.#link === link && this.#take(frame),
      onEnd: (/** @type {number} */ code) => this.#link === link && this.#fallbackEnded(code),
    };
    const page = (/** @type {string} */ name) => fallbackAddress(url, /** @type {any} */ (name), { cursor: this.cursor, rooms: rooms() });
    link = this.#link =
      kind === "sse"
        ? new Stream(page("stream"), { ...heard, token, fetch })
        : new Poll(() => readPage(page("poll"), { token, fetch }), heard);
    this.#trySocketLater();
  }

  /** @param {number} code */
  async #fallbackEnded(code) {
    if (code === 4001 && this.#means.token && !this.#attempt) return this.#lost(4202);
    if (code !== 4003) return this.#lost(code);
    if (!(await this.#sift())) return this.end(4003);
    this.#open();
  }

  /** One room of several is refused: find it, and go on without. */
  async #sift() {
    const { url, user } = this.#place;
    const token = await this.#means.token?.();
    const isRefused = async (/** @type {string[]} */ rooms) => {
      const address = fallbackAddress(url, "poll", { cursor: this.cursor, rooms, limit: 1 });
      return readPage(address, { token, fetch: this.#means.fetch }).then(() => false, ({ code }) => code === 4003);
    };
    if (await isRefused(user ? [`user:${user}`] : [])) return false;
    for (const room of this.#owner.rooms()) {
      if (await isRefused([room])) this.#tellFrame({ type: "room:left", payload: { room, reason: "forbidden" } });
    }
    return true;
  }

  #trySocketLater() {
    if (this.#forced || this.#trial || this.#timers.trial || !this.#place.transports.includes("websocket")) return;
    this.#wait("trial", TRY_AGAIN_MS, () => (this.#trial = this.#socket()));
  }

  /** @param {number} code */
  #trialEnded(code) {
    this.#trial = null;
    if (afterClose(code) === "stop") this.end(code);
    else this.#trySocketLater();
  }

  /** @param {Socket} socket */
  async #authenticate(socket, isAgain = false) {
    if (!this.#means.token) return;
    try {
      const token = await this.#means.token();
      const { cursor, rooms } = this.#from();
      const from = isAgain ? {} : { rooms, ...(cursor && { cursor }) };
      socket.send({ type: "auth", payload: { token, ...from } });
    } catch (error) {
      this.#owner.tell("error", { code: "token", message: String(error) });
      // No token to be had now is like no network: try again later. One that runs goes on.
      if (!isAgain) socket.end(1006);
    }
  }

  /** @param {any} frame @param {Socket} [socket] */
  #take(frame, socket) {
    if (frame.id && frame.id !== "probe") return this.#tellFrame(frame);
    if (!this.transport && !socket) this.#up({});
    if (frame.type === "connect") this.#connected(frame.payload, /** @type {Socket} */ (socket));
    else if (frame.type === "sync:response") this.#synced(frame.payload);
    else if (frame.type === "heartbeat") this.#beat(frame, socket);
    else if (frame.type === "bye") this.#goodbye(frame.payload);
    else this.#apply(frame);
    if (frame.type === "auth:expiring" && socket) this.#authenticate(socket, true);
  }

  /** @param {any} payload @param {Socket} socket */
  #connected(payload, socket) {
    const { user } = this.#place;
    if (user && payload.user?.id !== user) return this.end(4003);
    if (socket === this.#trial) this.#changeOver(socket);
    this.#failed = 0;
    this.#streamFailed = false;
    this.#retryAfterMs = AT_ONCE_MS;
    socket.expectSignsEvery(payload.heartbeatInterval * 1000 + HEARTBEAT_GRACE_MS);
    const resumes = this.cursor !== null;
    if (!resumes) this.#position.moveTo(payload);
    this.#up(payload, resumes ? "syncing" : "open");
  }

  /** @param {Socket} socket it resumes from before what the fallback told last: `isNew` drops that */
  #changeOver(socket) {
    this.#trial = null;
    if (this.transport) this.#drop(1000);
    else this.#link?.close();
    for (const name of ["trial", "retry", "change"]) this.#stop(name);
    this.#link = socket;
    this.#kind = "websocket";
  }

  /** @param {any} payload @param {State} state */
  #up(payload, state = "fallback") {
    this.#upSince = Date.now();
    this.transport = this.#kind;
    this.#owner.tell("transport", { transport: this.transport });
    this.#enter(state);
    this.#owner.tell("connect", payload);
  }

  /** @param {any} payload */
  #synced({ events, ...payload }) {
    const { cursor, complete, reset } = payload;
    if (reset) {
      this.#position.restart(cursor);
      this.#owner.tell("reset", { reset, cursor });
    } else {
      // Without a place to go on from, what a poll finds is of the past.
      if (this.cursor) for (const event of events) this.#apply(event);
      this.#position.moveTo({ cursor });
    }
    this.#owner.tell("sync:response", payload);
    if (complete && this.state === "syncing") this.#enter("open");
  }

  /** @param {{retryAfter: number | null, reason: string}} payload seconds */
  #goodbye({ retryAfter, reason }) {
    this.#reason = reason;
    if (retryAfter !== null) this.#retryAfterMs = retryAfter * 1000;
  }

  /** @param {any} frame @param {Socket} [socket] */
  #beat(frame, socket) {
    this.#position.moveTo({ cursor: frame.payload.cursor });
    if (!frame.id) socket?.send({ type: "heartbeat", payload: {} });
    this.#tellFrame({ type: "heartbeat", payload: { cursor: this.cursor } });
  }

  /** @param {any} frame */
  #apply(frame) {
    if (!this.#position.isNew(frame)) return;
    this.#position.moveTo(frame);
    this.#tellFrame(frame);
  }

  /** @param {any} frame */
  #tellFrame(frame) {
    this.#owner.tell("frame", frame);
  }

  /** @param {number} code */
  #lost(code) {
    const then = afterClose(code);
    if (then === "stop") {
      this.#owner.tell("error", { code: "closed", message: this.#reason || String(code) });
      return this.end(code);
    }
    const wasUp = this.transport !== null;
    if (!wasUp && this.#kind === "websocket") this.#failed += 1;
    if (!wasUp && this.#kind === "sse") this.#streamFailed = true;
    if (wasUp && Date.now() - this.#upSince > HELD_MS) this.#attempt = 0;
    const isNext = !wasUp && this.#choose() !== this.#kind;
    this.#drop(code, true);
    this.#enter("reconnecting");
    const { random } = this.#means;
    const state = { attempt: this.#attempt, atOnce: this.#retryAfterMs, random, base: this.#place.reconnectionDelay };
    // Another way is worth a try at once, whoever it was that did not answer. Polls keep their pace.
    const pace = this.#kind === "polling" && then === "backoff" ? POLL_MS : waitAfter(then, state);
    this.#again(isNext ? random() * AT_ONCE_MS : pace);
  }

  /** @param {number} wait milliseconds */
  #again(wait) {
    this.#wait("retry", wait, () => {
      this.#attempt += 1;
      this.#owner.tell("reconnect", { attempt: this.#attempt });
      // Whoever was told may have had enough.
      if (this.state !== "closed") this.#open();
    });
  }

  /** @param {number} code @param {boolean} [keepsTrying] the socket, beside a fallback */
  #drop(code, keepsTrying = false) {
    const had = this.transport ?? (this.#kind === "websocket" && this.#link);
    this.#link?.close();
    this.#link = null;
    if (!keepsTrying) {
      this.#trial?.close();
      this.#trial = null;
      this.#stop("trial");
    }
    if (this.transport) {
      this.transport = null;
      this.#owner.tell("transport", { transport: null });
    }
    if (had) this.#owner.tell("disconnect", { code });
  }

  /** @param {string} name @param {number} wait @param {() => void} act */
  #wait(name, wait, act) {
    this.#stop(name);
    this.#timers[name] = setTimeout(() => {
      this.#timers[name] = undefined;
      act();
    }, wait);
  }

  /** @param {string} name */
  #stop(name) {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = undefined;
  }

  /** @param {State} state */
  #enter(state) {
    if (state === this.state) return;
    this.state = state;
    this.#owner.tell("state", { state, cursor: this.cursor });
  }
}
