/**
 * Several tabs, one connection: each tab gets what its rooms bring, and the answers to its own
 * commands. A page that shares nothing has an exchange of its own, with one tab.
 *
 * It runs in a shared worker, or in one of the tabs; `docs/decisions/006` says how it is done.
 */

import { Connection } from "./connection.js";

/**
 * @typedef {{post: (message: any) => void, hear: (message: any) => void, close?: () => void}} Line
 * @typedef {import("./connection.js").Means} Means
 * @typedef {import("./connection.js").Place} Place
 * @typedef {{id: number, rooms: Set<string>, joins: Map<string, string>, hasToken: boolean}} Tab
 *   `joins`: rooms asked for and not answered yet, by the command's id
 * @typedef {{place: Place, cursor: string | null, rooms: string[], lock?: string, hasToken: boolean}} Attach
 */

/** How long a tab may take to fetch a token, in milliseconds. */
const TOKEN_MS = 10_000;

/** @param {MessagePort} port @returns {Line} */
export function overPort(port) {
  /** @type {Line} */
  const line = { post: (message) => port.postMessage(message), hear() {}, close: () => port.close() };
  port.onmessage = ({ data }) => line.hear(data);
  return line;
}

export class Exchange {
  #means;
  /** @type {LockManager | undefined} */
  #locks;
  /** @type {Connection | null} */
  #connection = null;
  /** @type {Map<Line, Tab>} */
  #tabs = new Map();
  #count = 0;
  /** @type {any} the server's `connect`, for tabs that come later */
  #welcome = null;
  /** @type {Map<number, (token: string | null) => void>} */
  #tokens = new Map();

  /** @param {Means} [means] @param {LockManager} [locks] by which a tab that was killed is noticed */
  constructor(means = {}, locks = undefined) {
    this.#means = means;
    this.#locks = locks;
  }

  /** @param {Line} line to a tab */
  add(line) {
    line.hear = (message) => this.#hear(line, message);
  }

  /** End it; the tabs are not told, another exchange takes them over. */
  stop() {
    this.#tabs.clear();
    this.#connection?.end(1000);
  }

  /** @param {Line} line @param {any} message */
  #hear(line, { attach, detach, send, wake, cut, force, token }) {
    if (attach) return this.#attach(line, attach);
    if (detach) return this.#remove(line);
    if (token) return this.#tokens.get(token.n)?.(token.value);
    const tab = this.#tabs.get(line);
    if (!tab) return;
    if (send) this.#send(line, tab, send);
    if (cut) this.#connection?.cut();
    if (force !== undefined) this.#connection?.force(force);
    if (!wake) return;
    line.post({ alive: true });
    this.#connection?.wake();
  }

  /** @param {Line} line @param {Attach} attach */
  #attach(line, { place, cursor, rooms, lock, hasToken }) {
    const isFirst = !this.#connection || this.#connection.state === "closed";
    const before = isFirst ? null : this.#connection;
    const id = (this.#count += 1);
    this.#tabs.set(line, { id, rooms: new Set(rooms), joins: new Map(), hasToken });
    if (lock) this.#locks?.request(lock, () => this.#tabs.get(line)?.id === id && this.#remove(line));
    line.post({
      attached: {
        cursor: before?.cursor ?? null, isFirst, welcome: before && this.#welcome,
        state: before?.state, transport: before?.transport,
      },
    });
    if (isFirst) this.#begin(place, cursor, hasToken);
  }

  /** @param {Place} place @param {string | null} cursor @param {boolean} hasToken */
  #begin(place, cursor, hasToken) {
    const token = hasToken ? () => this.#token() : undefined;
    this.#connection = new Connection(
      { ...place, ...this.#means, token },
      { tell: (type, payload) => this.#tell(type, payload), rooms: () => this.#rooms() },
    );
    this.#connection.start(cursor);
  }

  /** @returns {Promise<string>} from the tab that came last: the others may be frozen */
  #token() {
    const [line] = [...this.#tabs].filter(([, { hasToken }]) => hasToken).at(-1) ?? [];
    const n = (this.#count += 1);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("no token")), TOKEN_MS);
      this.#tokens.set(n, (token) => {
        clearTimeout(timer);
        this.#tokens.delete(n);
        token === null ? reject(new Error("no token")) : resolve(token);
      });
      line?.post({ askToken: n });
    });
  }

  /** @param {Line} line @param {Tab} tab @param {{type: string, id: string, payload: any}} frame */
  #send(line, tab, frame) {
    const { type, id, payload } = frame;
    if (type === "room:join") {
      tab.rooms.add(payload.room);
      tab.joins.set(id, payload.room);
    }
    if (type === "room:leave") {
      tab.rooms.delete(payload.room);
      if (this.#isAsked(payload.room)) return line.post({ frame: { type: "ack", id, payload } });
    }
    this.#connection?.send({ ...frame, id: `${tab.id}.${id}` });
  }

  /** @param {string} type @param {any} payload */
  #tell(type, payload) {
    if (type === "connect") this.#welcome = payload;
    if (type === "frame") return payload.id ? this.#answer(payload) : this.#spread(payload);
    for (const line of [...this.#tabs.keys()]) line.post({ tell: type, payload });
    // Whoever connects again begins with a place of its own.
    if (type === "state" && payload.state === "closed") this.#tabs.clear();
  }

  /** @param {any} frame */
  #answer(frame) {
    const [number, id] = frame.id.split(".");
    const [line, tab] = [...this.#tabs].find(([, one]) => String(one.id) === number) ?? [];
    const room = tab?.joins.get(id);
    tab?.joins.delete(id);
    if (tab && room) {
      if (frame.type === "error") tab.rooms.delete(room);
      else tab.rooms.add(frame.payload.room);
    }
    line?.post({ frame: { ...frame, id } });
  }

  /** @param {any} frame */
  #spread(frame) {
    for (const [line, tab] of [...this.#tabs]) {
      if (frame.type === "room:left") tab.rooms.delete(frame.payload.room);
      if (this.#isFor(tab, frame)) line.post({ frame });
    }
  }

  /** @param {Tab} tab @param {{rooms?: string[]}} frame not of rooms that only others asked for */
  #isFor(tab, { rooms = [] }) {
    return !rooms.length || rooms.some((room) => tab.rooms.has(room) || !this.#isAsked(room));
  }

  /** @param {string} room */
  #isAsked(room) {
    return [...this.#tabs.values()].some(({ rooms }) => rooms.has(room));
  }

  #rooms() {
    return [...new Set([...this.#tabs.values()].flatMap(({ rooms }) => [...rooms]))];
  }

  /** @param {Line} line its tab has gone */
  #remove(line) {
    const tab = this.#tabs.get(line);
    if (!tab) return;
    this.#tabs.delete(line);
    if (!this.#tabs.size) return this.#connection?.end(1000);
    for (const room of tab.rooms) {
      if (!this.#isAsked(room)) this.#connection?.send({ type: "room:leave", payload: { room } });
    }
  }
}
