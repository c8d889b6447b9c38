// A tab that comes to a connection which is there already: complete from its own page's cursor.
import assert from "node:assert/strict";
import { test } from "node:test";

import { RealtimeClient } from "../../realtime/static/realtime/client.js";
import { Exchange, overPort } from "../../realtime/static/realtime/exchange.js";
import { page, Peer, post, Requests } from "./played.js";

// A browser has them, Node does not: locks that are always free, and a worker in the same thread.
const locks = { request: (name, act) => Promise.resolve(act()) };
Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });
globalThis.SharedWorker = class {
  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    exchange.add(overPort(port2));
    ports.push(port1, port2);
  }
};
let exchange;
let ports = [];

const until = async (condition) => {
  const deadline = Date.now() + 3_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, `not in time: ${condition}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
};
const state = (client, name) => until(() => client.state === name);
const limit = { timeout: 5_000 };

/** A first tab whose socket is open at e-5, and a way to open another one. */
async function open(t) {
  Peer.all = [];
  exchange = new Exchange({ WebSocket: Peer, random: () => 0 }, { request() {} });
  const requests = new Requests();
  const clients = [];
  const tab = (cursor, more) => {
    const client = new RealtimeClient({
      url: "http://site.example/ws/", user: "aiko", cursor, fetch: requests.fetch, ...more,
    });
    client.told = [];
    client.on("post:created", ({ n }) => client.told.push(n));
    client.connect();
    clients.push(client);
    return client;
  };
  t.after(() => {
    for (const client of clients) client.disconnect();
    exchange.stop();
    for (const port of ports.splice(0)) port.close();
  });
  const first = tab("e-5");
  await until(() => Peer.all.length);
  Peer.last.accept({ cursor: "e-5", user: { id: "aiko" } });
  Peer.last.synced([], "e-5");
  await state(first, "open");
  /** Answers the next poll, which must be from this place. */
  const poll = async (from, events, cursor) => {
    const number = poll.count++;
    await until(() => requests.all.length > number);
    const { url, answer } = requests.all[number];
    assert.equal(url.searchParams.get("lastEventId"), from);
    answer(page(events, cursor));
  };
  poll.count = 0;
  return { first, tab, poll, requests };
}

test("it gets what came between its page and the socket, then what comes, each once", limit, async (t) => {
  const { first, tab, poll, requests } = await open(t);
  const client = tab("e-3");
  await until(() => requests.all.length);
  assert.equal(client.state, "syncing");
  for (const seq of [6, 7]) Peer.last.say(post(seq)); // while it catches up
  await poll("e-5", [post(6)], "e-6");
  await poll("e-3", [post(4), post(5), post(6)], "e-6");
  await state(client, "open");
  Peer.last.say(post(8));
  await until(() => client.told.length === 5);
  assert.deepEqual([client.told, first.told, Peer.all.length], [[4, 5, 6, 7, 8], [6, 7, 8], 1]);
});

test("what a socket that lags brings late is not told to a page that shows it already", limit, async (t) => {
  const { first, tab, poll } = await open(t);
  const client = tab("e-7");
  await poll("e-5", [post(6), post(7)], "e-7");
  await poll("e-7", [], "e-7");
  await state(client, "open");
  for (const seq of [6, 7, 8]) Peer.last.say(post(seq));
  await until(() => client.told.length && first.told.length === 3);
  assert.deepEqual([client.told, client.cursor], [[8], "e-8"]);
});

test("it has joined its rooms before it asks for what was missed in them", limit, async (t) => {
  const { tab, poll, requests } = await open(t);
  const client = tab("e-5", { rooms: ["post:1"] });
  await until(() => Peer.last.sent.length);
  assert.equal(requests.all.length, 0);
  const [{ id, payload }] = Peer.last.sent;
  assert.deepEqual(payload, { room: "post:1" });
  Peer.last.say({ type: "ack", id, payload: { room: "post:1", cursor: "e-5" } });
  await poll("e-5", [], "e-5");
  assert.equal(requests.all[0].url.searchParams.get("rooms"), "user:aiko,post:1");
  await poll("e-5", [], "e-5");
  await state(client, "open");
});

test("a socket that is lost while a tab catches up costs it nothing", limit, async (t) => {
  const { tab, poll, requests } = await open(t);
  const client = tab("e-3");
  await until(() => requests.all.length);
  Peer.last.drop(1006);
  await until(() => Peer.all.length === 2);
  Peer.last.accept({ cursor: "e-5", user: { id: "aiko" } });
  Peer.last.synced([post(6)], "e-6");
  poll.count = 1; // the answer to the one that was out is not waited for
  await poll("e-5", [post(6)], "e-6");
  await poll("e-3", [post(4), post(6)], "e-6");
  await state(client, "open");
  assert.deepEqual(client.told, [4, 6]);
});

test("to leave does not close the socket of the others", limit, async (t) => {
  const { first, tab, poll } = await open(t);
  const client = tab("e-5");
  await poll("e-5", [], "e-5");
  await poll("e-5", [], "e-5");
  await state(client, "open");
  client.disconnect();
  Peer.last.say(post(6));
  await until(() => first.told.length);
  assert.deepEqual([first.state, client.state, client.told], ["open", "closed", []]);
});

test("a tab that the server has said no to stays closed when it is shown again", limit, async (t) => {
  const { first } = await open(t);
  Peer.last.drop(4001);
  await state(first, "closed");
  t.mock.timers.enable({ apis: ["setTimeout"] });
  first.wake();
  t.mock.timers.tick(5_000);
  assert.equal(first.state, "closed");
});
