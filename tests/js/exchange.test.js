// Tabs at one exchange: what each gets, and what is left when one goes.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Exchange } from "../../realtime/static/realtime/exchange.js";
import { Peer, post } from "./played.js";

const place = { url: "ws://site.example/ws/" };

/** Locks that the test takes from the dead. */
class Locks {
  waiting = new Map();

  request(name, act) {
    this.waiting.set(name, act);
  }
}

function exchange(t) {
  Peer.all = [];
  const locks = new Locks();
  const shared = new Exchange({ WebSocket: Peer, random: () => 0 }, locks);
  t.after(() => shared.stop());
  const tab = (rooms = [], cursor = "e-1") => {
    const line = { got: [], post: (message) => line.got.push(message) };
    shared.add(line);
    const lock = `lock ${locks.waiting.size}`;
    line.hear({ attach: { place, cursor, rooms, lock, hasToken: false } });
    line.frames = () => line.got.filter(({ frame }) => frame && frame.type !== "heartbeat").map(({ frame }) => frame);
    line.die = () => locks.waiting.get(lock)();
    return line;
  };
  return { shared, tab };
}

function open() {
  Peer.last.accept({ cursor: "e-1" });
  Peer.last.synced([], "e-1");
}

test("the first tab opens the socket, the others come to it", (t) => {
  const { tab } = exchange(t);
  const first = tab(["post:1"]);
  open();
  const second = tab();
  assert.deepEqual([Peer.all.length, first.got[0].attached.isFirst], [1, true]);
  const { attached } = second.got[0];
  assert.deepEqual([attached.isFirst, attached.state, attached.cursor], [false, "open", "e-1"]);
  Peer.last.say(post(2));
  assert.equal(first.frames().length, 1);
  assert.equal(second.frames().length, 1);
});

test("what came in a room that only another tab asked for is not this tab's", (t) => {
  const { tab } = exchange(t);
  const thread = tab(["post:1"]);
  open();
  const feed = tab();
  Peer.last.say({ type: "user:typing", payload: {}, rooms: ["post:1"] });
  Peer.last.say({ ...post(2), rooms: ["public", "post:1"] });
  assert.deepEqual(thread.frames().map(({ type }) => type), ["user:typing", "post:created"]);
  assert.deepEqual(feed.frames().map(({ type }) => type), ["post:created"]);
});

test("a command is answered to the tab that sent it, under its own id", (t) => {
  const { tab } = exchange(t);
  const [one, two] = [tab(), tab()];
  open();
  for (const line of [one, two]) line.hear({ send: { type: "heartbeat", id: "c1", payload: {} } });
  const [a, b] = Peer.last.sent.filter(({ id }) => id);
  assert.notEqual(a.id, b.id);
  Peer.last.say({ type: "ack", id: b.id, payload: { n: 2 } });
  assert.deepEqual([one.frames(), two.frames()], [[], [{ type: "ack", id: "c1", payload: { n: 2 } }]]);
});

test("a room is left when the last tab that is in it leaves or is killed", (t) => {
  const { tab } = exchange(t);
  const tabs = [tab(["post:1"]), tab(["post:1"]), tab()];
  open();
  tabs[0].hear({ send: { type: "room:leave", id: "c1", payload: { room: "post:1" } } });
  assert.deepEqual(tabs[0].frames(), [{ type: "ack", id: "c1", payload: { room: "post:1" } }]);
  assert.deepEqual(Peer.last.sent, []);
  tabs[1].die();
  assert.deepEqual(Peer.last.sent, [{ type: "room:leave", payload: { room: "post:1" } }]);
  assert.equal(Peer.last.readyState, 1);
});

test("the last tab's word that it leaves a room reaches the server", (t) => {
  const { tab } = exchange(t);
  const [one, two] = [tab(["post:1"]), tab(["post:1"])];
  open();
  for (const line of [one, two]) line.hear({ send: { type: "room:leave", id: "c1", payload: { room: "post:1" } } });
  assert.deepEqual(Peer.last.sent.map(({ type }) => type), ["room:leave"]);
});

test("a room that was refused is not asked for again", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { tab } = exchange(t);
  const line = tab();
  open();
  line.hear({ send: { type: "room:join", id: "c1", payload: { room: "post:9" } } });
  const { id } = Peer.last.sent[0];
  Peer.last.say({ type: "error", id, payload: { code: "unknown_room", message: "" } });
  line.hear({ cut: true });
  t.mock.timers.tick(1_000);
  assert.equal(Peer.all.length, 2);
  assert.equal(Peer.last.url.searchParams.get("rooms"), null);
});

test("what the server says twice is handed on once", (t) => {
  const { tab } = exchange(t);
  const line = tab();
  open();
  for (const seq of [2, 3, 2]) Peer.last.say(post(seq));
  assert.deepEqual(line.frames().map(({ seq }) => seq), ["2", "3"]);
});

test("the socket is closed with the last tab, and a new tab opens one from its own place", (t) => {
  const { tab } = exchange(t);
  const line = tab();
  open();
  line.hear({ detach: true });
  assert.equal(Peer.last.readyState, 3);
  tab([], "e-7");
  assert.equal(Peer.last.url.searchParams.get("cursor"), "e-7");
});

test("a token is asked of a tab", async (t) => {
  const { shared } = exchange(t);
  const line = { got: [], post: (message) => line.got.push(message) };
  shared.add(line);
  line.hear({ attach: { place, cursor: null, rooms: [], hasToken: true } });
  Peer.last.readyState = 1;
  Peer.last.onopen();
  const { askToken } = line.got.find((message) => message.askToken);
  line.hear({ token: { n: askToken, value: "secret" } });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(Peer.last.sent[0].payload.token, "secret");
});
