/**
 * Changes that show before the server has them, and are taken back where it refuses.
 *
 * The server's last word on an object is kept apart from one's own changes; what is shown is the
 * one with the others laid over it. So an own change counts at once and never twice, and those of
 * others show through. An object's changes go out one after the other, each under a key (`op`)
 * of its own: sent again under the same key it is not done twice, and the event that it causes
 * is known as its echo. What is on its way is kept over a reload.
 */

import { newOperation } from "./rest.js";

/** Tries after the first, where the network or the server failed. */
const RETRIES = 3;
const FIRST_WAIT_MS = 1_000;
/** After this long it is not what the reader wants now; the server keeps keys for a day. */
const KEPT_MS = 600_000;

/**
 * @typedef {{[name: string]: any, version?: number}} State
 * @typedef {{method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: object}} Request
 * @typedef {{
 *   request: (args: any) => Request,
 *   change?: (state: State, args: any) => State,
 *   replaces?: boolean,
 * }} Kind `change`: the state as it will probably be, the same object where nothing changes;
 *   `replaces`: a later change of this kind makes an earlier one that is not sent yet superfluous
 * @typedef {(state: State, isPending: boolean) => void} Show
 * @typedef {{
 *   op: string, kind: string, key: string, args: any, at: number,
 *   isConfirmed?: boolean, isSent?: boolean,
 *   resolve: (answer: any) => void, reject: (error: any) => void,
 * }} Update
 * @typedef {{base: State, queue: Update[], views: Set<Show>, isRunning: boolean}} Tracked
 */

export class OptimisticUpdates {
  #send;
  #storage;
  #name;
  #wait;
  #onRefused;
  /** @type {Map<string, Kind>} */
  #kinds = new Map();
  /** @type {Map<string, Tracked>} */
  #objects = new Map();

  /**
   * @param {{
   *   send: (request: Request, op: string) => Promise<any>,
   *   storage?: Storage | null,
   *   name?: string,
   *   wait?: (attempt: number) => Promise<void>,
   *   onRefused?: (error: any, update: Update) => void,
   * }} options `storage` keeps what is on its way, under `name`; `onRefused` is told of what
   *   failed for good, with an error that has `status` and `code`
   */
  constructor({ send, storage = null, name = "updates", wait = waited, onRefused = () => {} }) {
    this.#send = send;
    this.#storage = storage;
    this.#name = name;
    this.#wait = wait;
    this.#onRefused = onRefused;
  }

  /** @param {string} name @param {Kind} kind */
  define(name, kind) {
    this.#kinds.set(name, kind);
  }

  /**
   * Show an object from now on, one's own changes included.
   *
   * @param {string} key
   * @param {State} base what the server says of it
   * @param {Show} show
   * @returns {() => void} ends it
   */
  track(key, base, show) {
    const object = this.#object(key, base);
    object.views.add(show);
    this.rebase(key, base);
    return () => {
      object.views.delete(show);
      this.#tidy(key);
    };
  }

  /**
   * The server's word, of all of the object or a part; what is older than the last is passed over.
   *
   * @param {string} key
   * @param {State | ((base: State) => State)} news
   * @param {string} [op] whose echo it is
   */
  rebase(key, news, op) {
    const object = this.#objects.get(key);
    if (!object) return;
    const told = typeof news === "function" ? news(object.base) : news;
    if (!isOlder(told, object.base)) object.base = { ...object.base, ...told };
    if (op) this.confirm(op);
    this.#show(object);
  }

  /** @param {string} [op] @returns {boolean} whether it is one of those under way here */
  has(op) {
    return [...this.#objects.values()].some(({ queue }) => queue.some((one) => one.op === op));
  }

  /** The server has it: what is shown has it already. @param {string} op */
  confirm(op) {
    for (const object of this.#objects.values()) {
      const update = object.queue.find((one) => one.op === op);
      if (!update || update.isConfirmed) continue;
      update.isConfirmed = true;
      this.#show(object);
    }
  }

  /** @param {string} key @returns {State | undefined} what is shown of an object */
  state(key) {
    const object = this.#objects.get(key);
    return object && this.#shown(object);
  }

  /**
   * Change an object, for the reader at once, and tell the server.
   *
   * @param {string} kind
   * @param {string} key the object; what has the same key goes out in this order
   * @param {any} args plain data
   * @param {string} [op]
   * @returns {Promise<any>} the answer; null where none was needed. Rejects with what was wrong
   */
  add(kind, key, args, op = newOperation()) {
    return this.#enqueue({ op, kind, key, args, at: Date.now() });
  }

  /** Send again what was on its way when the page was left; call it when the page is there. */
  restore() {
    for (const update of this.#kept()) {
      if (!this.#kinds.has(update.kind) || Date.now() - update.at > KEPT_MS) continue;
      this.#enqueue(update).catch(() => {});
    }
  }

  /** @param {Pick<Update, "op" | "kind" | "key" | "args" | "at">} given */
  #enqueue(given) {
    const object = this.#object(given.key, {});
    if (this.#kind(given).replaces) this.#supersede(object, given.kind);
    const answer = new Promise((resolve, reject) => {
      object.queue.push({ ...given, resolve, reject });
    });
    this.#show(object);
    this.#keep();
    this.#run(given.key, object);
    return answer;
  }

  /** @param {Tracked} object @param {string} kind */
  #supersede(object, kind) {
    /** @type {[Update[], Update[]]} */
    const [stay, go] = [[], []];
    for (const one of object.queue) (one.isSent || one.kind !== kind ? stay : go).push(one);
    object.queue = stay;
    for (const one of go) one.resolve(null);
  }

  /** @param {string} key @param {Tracked} object */
  async #run(key, object) {
    if (object.isRunning) return;
    object.isRunning = true;
    for (let update = object.queue[0]; update; update = object.queue[0]) {
      update.isSent = true;
      try {
        const answer = this.#isDone(object, update) ? null : await this.#deliver(update);
        this.#settle(object, update);
        if (answer) this.#accept(object, update, answer);
        update.resolve(answer);
      } catch (error) {
        this.#settle(object, update);
        this.#onRefused(error, update);
        update.reject(error);
      }
      this.#show(object);
      this.#keep();
    }
    object.isRunning = false;
    this.#tidy(key);
  }

  /**
   * The server has done it: then it is part of the base, together with what the answer says.
   *
   * @param {Tracked} object
   * @param {Update} update
   * @param {State} answer
   */
  #accept(object, update, answer) {
    if (isOlder(answer, object.base)) return;
    const { change } = this.#kind(update);
    const base = (!update.isConfirmed && change?.(object.base, update.args)) || object.base;
    object.base = { ...base, ...answer };
  }

  /** @param {Tracked} object @param {Update} update whether the server has it so already */
  #isDone(object, update) {
    const { change, replaces } = this.#kind(update);
    return Boolean(replaces && object.views.size && change?.(object.base, update.args) === object.base);
  }

  /** @param {Update} update @returns {Promise<any>} */
  async #deliver(update) {
    for (let attempt = 0; !update.isConfirmed; attempt += 1) {
      try {
        return await this.#send(this.#kind(update).request(update.args), update.op);
      } catch (/** @type {any} */ error) {
        // An echo is an answer too: the one that was lost on its way.
        if (update.isConfirmed) break;
        if (attempt === RETRIES || !mayPass(error)) throw error;
        await this.#wait(attempt);
      }
    }
    return null;
  }

  /** @param {Tracked} object @param {Update} update */
  #settle(object, update) {
    object.queue = object.queue.filter((one) => one !== update);
  }

  /** @param {Tracked} object */
  #show(object) {
    const state = this.#shown(object);
    const isPending = object.queue.some((one) => !one.isConfirmed);
    for (const show of [...object.views]) show(state, isPending);
  }

  /** @param {Tracked} object @returns {State} */
  #shown({ base, queue }) {
    let state = base;
    for (const update of queue) {
      if (!update.isConfirmed) state = this.#kind(update).change?.(state, update.args) ?? state;
    }
    return state;
  }

  /** @param {{kind: string}} update @returns {Kind} */
  #kind({ kind }) {
    const found = this.#kinds.get(kind);
    if (!found) throw new Error(`no kind of update ${kind}`);
    return found;
  }

  /** @param {string} key @param {State} base @returns {Tracked} */
  #object(key, base) {
    let object = this.#objects.get(key);
    if (!object) this.#objects.set(key, (object = { base, queue: [], views: new Set(), isRunning: false }));
    return object;
  }

  /** @param {string} key an object that nobody sees and nobody changes is forgotten */
  #tidy(key) {
    const object = this.#objects.get(key);
    if (object && !object.views.size && !object.queue.length) this.#objects.delete(key);
  }

  #keep() {
    const queues = [...this.#objects.values()].flatMap(({ queue }) => queue);
    const kept = queues.map(({ op, kind, key, args, at }) => ({ op, kind, key, args, at }));
    try {
      if (kept.length) this.#storage?.setItem(this.#name, JSON.stringify(kept));
      else this.#storage?.removeItem(this.#name);
    } catch {
      // Full or forbidden: then a reload forgets, and nothing else is lost.
    }
  }

  /** @returns {Pick<Update, "op" | "kind" | "key" | "args" | "at">[]} */
  #kept() {
    try {
      return JSON.parse(this.#storage?.getItem(this.#name) ?? "[]");
    } catch {
      return [];
    }
  }
}

/** @param {State} news @param {State} base */
function isOlder({ version }, base) {
  return version !== undefined && base.version !== undefined && version < base.version;
}

/**
 * Whether trying again may help: no network, a server in trouble, or the first try is still on.
 *
 * @param {{status?: number, code?: string}} error
 */
function mayPass({ status = 0, code }) {
  return status === 0 || status >= 500 || code === "in_progress";
}

/** @param {number} attempt @returns {Promise<void>} */
function waited(attempt) {
  // Half of it by chance, so that many pages do not ask a server that comes back as one.
  const wait = FIRST_WAIT_MS * 2 ** attempt * (0.5 + Math.random() / 2);
  return new Promise((resolve) => setTimeout(resolve, wait));
}
