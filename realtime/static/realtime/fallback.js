/**
 * What carries events where no socket gets through: Server-Sent Events, and polling.
 *
 * Both look like a socket to `connection.js`: they hand over frames and end once, with a close
 * code. They are read by `fetch`, which unlike `EventSource` can carry a token and tells a status.
 */

/** Two of the server's comment lines, in milliseconds, and the first answer alike. */
const SILENCE_MS = 35_000;
const OPENING_MS = 10_000;
export const POLL_MS = 5_000;
/** How long one poll may take, in milliseconds. */
const ANSWER_MS = 15_000;
/** The close codes that mean the same. @type {Record<number, number>} */
const CODES = { 401: 4001, 403: 4003 };
const LOST = 1006;
const ENDED = 4205; // by the server, in good order: come back at once

/**
 * @typedef {{token?: string, fetch?: typeof globalThis.fetch}} Means
 * @typedef {{events: any[], cursor: string, hasMore: boolean, reset: string | null,
 *   unreadCount: number}} Page
 * @typedef {{onFrame: (frame: any) => void, onEnd: (code: number) => void}} Heard
 */

/** @param {string} url @param {Means} means @param {AbortSignal} signal */
async function get(url, { token, fetch = globalThis.fetch }, signal) {
  /** @type {HeadersInit} */
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const response = await fetch(url, { headers, signal, cache: "no-store", credentials: "include" });
  if (!response.ok) throw { code: CODES[response.status] ?? LOST };
  return response;
}

/**
 * @param {string} url
 * @param {Means} means
 * @returns {Promise<Page>} rejects with `{code}`, a close code, or with what the network says
 */
export async function readPage(url, means) {
  return (await get(url, means, AbortSignal.timeout(ANSWER_MS))).json();
}

/** @param {Page} page @returns {any} the same as the frame that a socket would have brought */
export function asFrame({ events, cursor, hasMore, reset, unreadCount }) {
  return { type: "sync:response", payload: { events, cursor, complete: !hasMore, reset, unreadCount } };
}

/**
 * The whole events in a text, and what is left of it.
 *
 * @param {string} text
 * @returns {[Record<string, string>[], string]}
 */
export function takeEvents(text) {
  const blocks = text.split("\n\n");
  const rest = blocks.pop() ?? "";
  return [blocks.map((block) => Object.fromEntries(block.split("\n").map(field))), rest];
}

/** @param {string} line */
function field(line) {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
}

export class Stream {
  #abort = new AbortController();
  #heard;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #watch;

  /** @param {string} url @param {Heard & Means} heard */
  constructor(url, heard) {
    this.#heard = heard;
    this.#listen(OPENING_MS);
    this.#read(url).then(
      () => this.#end(ENDED),
      (error) => this.#end(error?.code > 1000 ? error.code : LOST),
    );
  }

  /** End it from here; `onEnd` is not called. */
  close() {
    clearTimeout(this.#watch);
    this.#abort.abort();
  }

  /** The page is back: comments that did not come meanwhile were due long ago. */
  probe() {
    this.#listen(SILENCE_MS / 2);
  }

  /** @param {string} url */
  async #read(url) {
    const { body } = await get(url, this.#heard, this.#abort.signal);
    const reader = /** @type {ReadableStream<any>} */ (body).pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; ; ) {
      const { done, value } = await reader.read();
      if (done || this.#abort.signal.aborted) return;
      this.#listen(SILENCE_MS);
      let events;
      [events, text] = takeEvents(text + value);
      for (const event of events) this.#heard.onFrame(frameOf(event));
    }
  }

  /** @param {number} milliseconds */
  #listen(milliseconds) {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.#end(LOST), milliseconds);
  }

  /** @param {number} code */
  #end(code) {
    if (this.#abort.signal.aborted) return;
    this.close();
    this.#heard.onEnd(code);
  }
}

/** @param {Record<string, string>} event */
function frameOf({ event, data, id }) {
  if (event === "message") return JSON.parse(data);
  if (event === "reset") return asFrame({ ...JSON.parse(data), events: [], hasMore: false });
  return { type: "heartbeat", payload: { cursor: id } };
}

export class Poll {
  #heard;
  #ask;
  #ended = false;
  #isAsking = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {() => Promise<Page>} ask for what is new @param {Heard} heard */
  constructor(ask, heard) {
    this.#ask = ask;
    this.#heard = heard;
    this.probe();
  }

  close() {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  /** Ask now rather than in its time. */
  async probe() {
    if (this.#isAsking || this.#ended) return;
    this.#isAsking = true;
    clearTimeout(this.#timer);
    try {
      const page = await this.#ask();
      if (this.#ended) return;
      this.#heard.onFrame(asFrame(page));
      this.#timer = setTimeout(() => this.probe(), page.hasMore ? 0 : POLL_MS);
    } catch (/** @type {any} */ error) {
      if (this.#ended) return;
      this.close();
      this.#heard.onEnd(error?.code > 1000 ? error.code : LOST);
    } finally {
      this.#isAsking = false;
    }
  }
}
