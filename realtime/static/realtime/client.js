/**
 * The live connection of a page: frames in order, each once, from where the page was rendered.
 *
 *   const client = new RealtimeClient({ url: "/ws/", cursor: document.body.dataset.cursor });
 *   client.on("post:created", ({ post }) => show(post));
 *   client.connect();
 *
 * Local events beside the server's: `connect`, `disconnect {code}`, `reconnect {attempt}`,
 * `error {code, message}`, `state {state}`, `transport {transport}`, and `reset {reset}`: fetch
 * afresh, the log no longer has what is between. docs/client.md says more.
 */

import { fallbackAddress, wholeAddress } from "./address.js";
import { fullJitter } from "./backoff.js";
import { Commands } from "./commands.js";
import { Position } from "./cursor.js";
import { asFrame, readPage } from "./fallback.js";
import { ownLine, sharedLine } from "./line.js";
import { Listeners } from "./listeners.js";
import { Pacing } from "./pacing.js";

// Types alone, in `types/protocol.d.ts`; written so that nobody looks for a script of that name.
/** @import { AnyFrame, AnySite, Connect, ControlFrames, EngineCommands, Frame } from "./protocol.js" */
/** @typedef {import("./listeners.js").Handler} Handler */
/**
 * @template User
 * @typedef {Omit<ControlFrames<User>, "connect"> & {connect: Partial<Connect<User>>} & AnyFrame} Server
 *   `connect` is empty where no socket gets through
 */
/**
 * What the client tells of itself, beside what the server sends.
 *
 * @typedef {{
 *   disconnect: {code: number},
 *   reconnect: {attempt: number},
 *   state: {state: State},
 *   transport: {transport: Transport | null},
 *   reset: {reset: string, cursor: string},
 * }} LocalEvents
 */
/**
 * Payloads by type: of a site's events, of the server's own frames, and of what happens here.
 *
 * @template {AnySite} Site
 * @typedef {Site["events"] & Server<Site["user"]> & LocalEvents} Told
 */
/**
 * @template {AnySite} Site
 * @typedef {Site["commands"] & EngineCommands} Asked each command's payload and answer
 */
/** @typedef {import("./connection.js").State} State */
/** @typedef {import("./connection.js").Transport} Transport */

/** How long the sharing end may take to answer, and be silent, in milliseconds. */
const ANSWER_MS = 5_000;
const SILENCE_MS = 60_000;
/** A page does not share with one whose scripts speak otherwise. */
const VERSION = "realtime-1";

/** @template {AnySite} [Site=AnySite] the types of a site: `clients/protocol/site.d.ts` has ours */
export class RealtimeClient {
  /** @type {State} */
  #state = "closed";
  /** @type {State | undefined} what the connection is, which others may share */
  #shared;
  /** @type {Transport | null} */
  #transport = null;
  /** @type {number | null} */
  #latency = null;
  #options;
  #position;
  #listeners = new Listeners();
  #commands = new Commands();
  #pacing = new Pacing();
  /** @type {Set<string>} rooms joined by command, to be joined again after every reconnect */
  #rooms;
  /** @type {import("./line.js").Line | null} */
  #line = null;
  #isShared = false;
  #isAttached = false;
  /** @type {any[] | null} what came over the shared connection while this page still catches up */
  #held = null;
  /** @type {string | null} where the shared connection was when this page came to it */
  #from = null;
  #run = 0;
  /** @type {(() => void) | undefined} */
  #release;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #watch;
  #page = new AbortController();

  /**
   * @param {{
   *   url: string,
   *   cursor?: string | null,
   *   rooms?: string[],
   *   user?: string,
   *   transports?: Transport[],
   *   reconnectionDelay?: number,
   *   token?: () => Promise<string>,
   *   rest?: {[type: string]: (payload: any) => Promise<any>},
   *   random?: () => number,
   *   WebSocket?: typeof globalThis.WebSocket,
   *   fetch?: typeof globalThis.fetch,
   * }} options `user`: the reader's id; their tabs share one connection, and it is for nobody else.
   *   `reconnectionDelay`: the first bound of the random wait before a try, in milliseconds.
   *   `token` is asked for before each connection; without it the session cookie counts. `rest`:
   *   how a command goes where there is no socket
   */
  constructor({ url, user, transports, reconnectionDelay, rooms, ...options }) {
    this.#options = { ...options, place: { url: wholeAddress(url), user, transports, reconnectionDelay } };
    this.#position = new Position(options.cursor || this.#stored());
    this.#rooms = new Set(rooms);
  }

  /** @returns {State} */
  get state() {
    return this.#state;
  }

  /** @returns {string | null} the position up to which everything was told */
  get cursor() {
    return this.#position.cursor;
  }

  /** @returns {Transport | null} what brings the events now */
  get transport() {
    return this.#transport;
  }

  /** @returns {number | null} milliseconds that the last `ping` took */
  get latency() {
    return this.#latency;
  }

  /**
   * @template {keyof Told<Site> & string} Type
   * @param {Type} type an event's type
   * @param {(payload: Told<Site>[Type], frame: Frame) => void} handler
   * @returns {() => void} takes the handler away again
   */
  on(type, handler) {
    return this.#listeners.on(type, handler);
  }

  /**
   * @template {keyof Told<Site> & string} Type
   * @param {Type} type
   * @param {(payload: Told<Site>[Type], frame: Frame) => void} handler
   */
  off(type, handler) {
    this.#listeners.off(type, handler);
  }

  connect() {
    if (this.#state !== "closed") return;
    this.#follow(globalThis);
    this.#enter("connecting");
    if (this.#canShare()) this.#share();
    else this.#begin(ownLine(this.#options));
  }

  disconnect() {
    this.#page.abort();
    this.#leave();
  }

  /** The page is back from sleep, or the network is: look now rather than at the next timer. */
  wake() {
    // What is closed stays closed, whoever looks at it.
    if (!this.#line) return;
    this.#line.post({ wake: true });
    if (this.#isShared) this.#listen(ANSWER_MS);
  }

  /** Drop the connection as if the network had gone. */
  cut() {
    this.#line?.post({ cut: true });
  }

  /** @param {"sse" | "polling" | null} kind this way and no other; null: as it comes */
  forceFallback(kind) {
    this.#line?.post({ force: kind });
  }

  /** @returns {Promise<number>} the milliseconds that a heartbeat takes to the server and back */
  async ping() {
    const start = performance.now();
    await this.emit("heartbeat");
    return (this.#latency = performance.now() - start);
  }

  /**
   * Send a command; it waits for the connection where there is none yet.
   *
   * @template {keyof Asked<Site> & string} Type
   * @param {Type} type
   * @param {Asked<Site>[Type]["payload"]} [payload]
   * @param {{debounce?: boolean, batch?: boolean}} [options] `debounce`: of several of this type
   *   within 300 ms only the last; `batch`: together with what else is sent in this moment
   * @returns {Promise<Asked<Site>[Type]["answer"]>} the payload of the ack; rejects with a CommandError
   */
  emit(type, payload = /** @type {any} */ ({}), { debounce, batch } = {}) {
    const send = () => {
      const answer = this.#commands.add(type, payload);
      this.#flush();
      return answer;
    };
    if (debounce) return this.#pacing.debounce(type, send);
    return batch ? this.#pacing.batch(type + JSON.stringify(payload), send) : send();
  }

  /** @param {Site["room"]} room @returns {Promise<EngineCommands["room:join"]["answer"]>} */
  join(room) {
    this.#rooms.add(room);
    return this.emit("room:join", { room });
  }

  /** @param {Site["room"]} room @returns {Promise<EngineCommands["room:leave"]["answer"]>} */
  leave(room) {
    this.#rooms.delete(room);
    return this.emit("room:leave", { room });
  }

  // -- the line to the connection ------------------------------------------------------------

  #canShare() {
    const { user, transports } = this.#options.place;
    // A tab that comes later catches up by polls. What was handed over stays in this page.
    const mayPoll = user && (transports?.includes("polling") ?? true) && !this.#options.WebSocket;
    return mayPoll && globalThis.navigator?.locks && globalThis.BroadcastChannel;
  }

  /** Its lock tells the others when this tab has gone, however it went. */
  async #share() {
    const run = (this.#run += 1);
    const lock = crypto.randomUUID();
    const broken = () => run === this.#run && this.#alone();
    try {
      /** @type {() => void} */
      const release = await new Promise((granted, refused) => {
        const hold = () => new Promise((done) => granted(() => done(null)));
        navigator.locks.request(lock, hold).catch(refused);
      });
      if (run !== this.#run) return release();
      this.#release = release;
      const { url, user } = this.#options.place;
      this.#begin(sharedLine(`${VERSION} ${url} ${user}`, broken), lock);
      this.#listen(ANSWER_MS);
    } catch {
      broken();
    }
  }

  /** Sharing does not work here: a connection of one's own. */
  #alone() {
    if (this.#transport) this.#lost(1006);
    this.#quit();
    this.#begin(ownLine(this.#options));
  }

  /** @param {import("./line.js").Line} line @param {string} [lock] */
  #begin(line, lock) {
    this.#line = line;
    this.#isShared = Boolean(lock);
    line.hear = (message) => this.#line === line && this.#hear(message, lock);
    if (!lock) this.#attach();
  }

  /** @param {string} [lock] */
  #attach(lock) {
    const { place, token } = this.#options;
    const attach = { place, cursor: this.cursor, rooms: [...this.#rooms], lock, hasToken: Boolean(token) };
    this.#isAttached = false;
    this.#line?.post({ attach });
  }

  #leave() {
    this.#run += 1;
    if (this.#line) {
      this.#line.post({ detach: true });
      this.#quit();
      this.#lost(1000);
    }
    this.#enter("closed");
  }

  #quit() {
    clearTimeout(this.#watch);
    this.#line?.close?.();
    this.#line = null;
    this.#release?.();
    this.#release = undefined;
  }

  /** @param {number} wait milliseconds of silence, after which it is asked, then given up */
  #listen(wait) {
    clearTimeout(this.#watch);
    if (!this.#isShared) return;
    this.#watch = setTimeout(() => {
      if (wait === ANSWER_MS) return this.#alone();
      this.#line?.post({ wake: true });
      this.#listen(ANSWER_MS);
    }, wait);
  }

  /** @param {any} message @param {string} [lock] */
  #hear(message, lock) {
    if (message.isReady) return this.#attach(lock);
    this.#listen(SILENCE_MS);
    const { attached, frame, tell, payload, askToken } = message;
    if (attached) this.#attached(attached);
    else if (askToken) this.#fetchToken(askToken);
    else if (frame?.id) this.#commands.answer(frame);
    else if (this.#held && (frame || tell === "reset" || tell === "sync:response")) this.#held.push(message);
    else if (frame) this.#take(frame);
    else if (tell) this.#told(tell, payload);
  }

  /** @param {any} attached */
  #attached({ isFirst, cursor, state, transport, welcome }) {
    if (this.#transport) this.#lost(1006);
    this.#run += 1;
    this.#isAttached = true;
    this.#held = isFirst ? null : [];
    this.#from = cursor;
    if (isFirst) return;
    if (transport) this.#told("transport", { transport });
    this.#told("state", { state, cursor });
    if (transport && welcome) this.#told("connect", welcome);
  }

  /** @param {number} n */
  async #fetchToken(n) {
    const line = this.#line;
    const value = await this.#options.token?.().catch(() => null);
    line?.post({ token: { n, value: value ?? null } });
  }

  // -- what comes ----------------------------------------------------------------------------

  /** @param {string} type @param {any} payload */
  #told(type, payload) {
    if (type === "disconnect") return this.#lost(payload.code);
    if (type === "state") {
      this.#from ??= payload.cursor;
      return this.#changed(payload.state);
    }
    if (type === "transport") this.#transport = payload.transport;
    if (type === "reset") this.#position.restart(payload.cursor);
    if (type === "sync:response") this.#position.moveTo(payload);
    if (type === "connect" && !this.#held && !this.cursor) this.#position.moveTo(payload);
    this.#listeners.tell(type, payload);
    if (type === "connect") this.#flush();
  }

  /** @param {State} state */
  #changed(state) {
    this.#shared = state;
    if (state === "closed") {
      this.#quit();
      this.#held = null;
    }
    const isUp = state === "open" || state === "fallback";
    this.#enter(this.#held && isUp ? "syncing" : state);
    if (!isUp) return;
    this.#flush();
    if (this.#held) this.#catchUp();
  }

  /** @param {number} code */
  #lost(code) {
    this.#run += 1;
    this.#commands.lost();
    if (this.#transport) {
      this.#transport = null;
      this.#listeners.tell("transport", { transport: null });
    }
    this.#listeners.tell("disconnect", { code });
  }

  /** @param {any} frame */
  #take(frame) {
    if (frame.type === "heartbeat") return this.#position.moveTo(frame.payload);
    if (!this.#position.isNew(frame)) return;
    if (frame.type === "room:left") this.#rooms.delete(frame.payload.room);
    this.#listeners.tell(frame.type, frame.payload, frame);
    this.#listeners.tell("*", frame.payload, frame);
    // Only now: what a page did not get to see must come again.
    this.#position.moveTo(frame);
  }

  /**
   * From the page's own place to where the shared connection is, by polls; then what it brought.
   *
   * What that one may still have to bring and the page has already is known by a first poll, from
   * its place: an answer holds all that was there when it was asked for.
   */
  async #catchUp() {
    const run = (this.#run += 1);
    const isStill = () => run === this.#run;
    for (let attempt = 0; isStill(); attempt += 1) {
      try {
        await Promise.all([...this.#rooms].map((room) => this.#joinAgain(room)));
        const top = await this.#top(isStill);
        if (this.cursor) await this.#pages(this.cursor, isStill, (page) => this.#apply(page));
        else this.#position.moveTo({ cursor: this.#from });
        if (!isStill()) return;
        this.#position.raise(top);
        return this.#caughtUp();
      } catch {
        await new Promise((resolve) => setTimeout(resolve, fullJitter(attempt)));
      }
    }
  }

  #caughtUp() {
    const held = this.#held ?? [];
    this.#held = null;
    for (const message of held) this.#hear(message);
    if (this.#shared) this.#changed(this.#shared);
  }

  /** @param {string} room */
  async #joinAgain(room) {
    try {
      await this.emit("room:join", { room });
    } catch (/** @type {any} */ error) {
      if (error.code === "disconnected" || error.code === "timeout") throw error;
      this.#rooms.delete(room);
      this.#listeners.tell("error", { code: error.code, message: error.message });
    }
  }

  /** @param {() => boolean} isStill */
  async #top(isStill) {
    let top = -1n;
    if (this.cursor && this.#from) {
      await this.#pages(this.#from, isStill, ({ events }) => {
        for (const { seq } of events) top = BigInt(seq) > top ? BigInt(seq) : top;
      });
    }
    return top;
  }

  /**
   * @param {string} cursor @param {() => boolean} isStill
   * @param {(page: import("./fallback.js").Page) => void} take
   */
  async #pages(cursor, isStill, take) {
    const { place, fetch } = this.#options;
    const token = await this.#options.token?.();
    const rooms = [`user:${place.user}`, ...this.#rooms];
    for (let hasMore = true; hasMore && isStill(); ) {
      const page = await readPage(fallbackAddress(place.url, "poll", { cursor, rooms, limit: 500 }), { token, fetch });
      if (isStill()) take(page);
      ({ cursor, hasMore } = page);
    }
  }

  /** @param {import("./fallback.js").Page} page */
  #apply(page) {
    const { events, ...payload } = asFrame(page).payload;
    if (page.reset) this.#told("reset", payload);
    else for (const event of events) this.#take(event);
    this.#told("sync:response", payload);
  }

  // -- what goes -----------------------------------------------------------------------------

  #flush() {
    if (!this.#isAttached || !/open|syncing|fallback/.test(this.#shared ?? "")) return;
    this.#commands.flush((frame) => {
      const isOver = this.#shared === "fallback" && !frame.type.startsWith("room:");
      if (isOver) this.#byRest(frame);
      else this.#line?.post({ send: frame });
    });
  }

  /** @param {{type: string, id: string, payload: any}} frame */
  async #byRest({ type, id, payload }) {
    try {
      const way = this.#options.rest?.[type];
      if (!way) throw { code: "fallback", message: `${type} needs a socket` };
      this.#commands.answer({ type: "ack", id, payload: await way(payload) });
    } catch (/** @type {any} */ { code, message }) {
      this.#commands.answer({ type: "error", id, payload: { code: code ?? "internal", message } });
    }
  }

  /** @param {State} state */
  #enter(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.#listeners.tell("state", { state });
  }

  // -- the page ------------------------------------------------------------------------------

  /** @param {any} page */
  #follow(page) {
    if (!page.document) return;
    this.#page.abort();
    this.#page = new AbortController();
    const { signal } = this.#page;
    for (const type of ["online", "offline"]) page.addEventListener(type, () => this.wake(), { signal });
    const look = () => (page.document.hidden ? this.#store() : this.wake());
    page.document.addEventListener("visibilitychange", look, { signal });
    // A page with an open socket is not kept for the back button: leave it, and come back.
    page.addEventListener("pagehide", () => {
      this.#store();
      this.#leave();
    }, { signal });
    page.addEventListener("pageshow", (/** @type {any} */ { persisted }) => persisted && this.connect(), { signal });
  }

  get #key() {
    return `realtime ${this.#options.place.user}`;
  }

  #store() {
    try {
      if (this.cursor) globalThis.sessionStorage?.setItem(this.#key, this.cursor);
    } catch {
      // Forbidden: then a page without a printed cursor begins with what is new.
    }
  }

  /** @returns {string | null | undefined} where this tab was before a reload */
  #stored() {
    try {
      return this.#options.place.user ? globalThis.sessionStorage?.getItem(this.#key) : null;
    } catch {
      return null;
    }
  }
}
