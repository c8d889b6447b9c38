// A server that the test plays: sockets, and answers to requests, each in the test's hand.

/** A socket: its address, what came, and ways to answer. */
export class Peer {
  static all = [];
  readyState = 0;
  sent = [];

  constructor(url) {
    this.url = new URL(url);
    Peer.all.push(this);
  }

  static get last() {
    return Peer.all.at(-1);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.readyState = 3;
  }

  say(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }

  accept({ cursor = "e-0", user } = {}) {
    this.readyState = 1;
    this.onopen();
    this.say({ type: "connect", payload: { cursor, user, rooms: [], heartbeatInterval: 25 } });
  }

  synced(events = [], cursor = events.at(-1)?.cursor ?? "e-0") {
    this.say({ type: "sync:response", payload: { events, cursor, complete: true, reset: null } });
  }

  drop(code) {
    this.onclose({ code });
  }
}

/** A request that waits for the test's answer. */
export class Requests {
  all = [];

  fetch = (address, { headers, signal }) =>
    new Promise((resolve, reject) => {
      const url = new URL(address);
      const request = { url, headers, isOver: false, answer: resolve, fail: reject };
      signal.addEventListener("abort", () => (request.isOver = true));
      this.all.push(request);
    });

  get last() {
    return this.all.at(-1);
  }
}

export const post = (seq) => ({
  type: "post:created", seq: String(seq), cursor: `e-${seq}`, payload: { n: seq },
});

/** Enough turns for promises that wait for each other. */
export async function turns() {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}

/** An answer to a request for a stream, and a way to write on. */
export function stream() {
  let controller;
  const body = new ReadableStream({ start: (given) => (controller = given) });
  const write = (text) => controller.enqueue(new TextEncoder().encode(text));
  const say = (frame) =>
    write(`event: message\ndata: ${JSON.stringify(frame)}\n${frame.cursor ? `id: ${frame.cursor}\n` : ""}\n`);
  return { response: new Response(body), write, say, end: () => controller.close() };
}

export const page = (events, cursor, more = {}) =>
  Response.json({ events, cursor, hasMore: false, reset: null, unreadCount: 0, ...more });

export const refusal = (status) => new Response("{}", { status });
