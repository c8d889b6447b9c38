// The client against a server that the test plays: in order, each once, and back again.
import assert from "node:assert/strict";
import { test } from "node:test";

import { RealtimeClient } from "../../realtime/static/realtime/client.js";
import { Peer, post } from "./played.js";

const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

function start(options = {}) {
  Peer.all = [];
  const client = new RealtimeClient({
    url: "http://site.example/ws/", random: () => 0, WebSocket: Peer, ...options,
  });
  client.connect();
  return { client, peer: Peer.all[0] };
}

test("a page goes on from the cursor that it was rendered at", (t) => {
  const { client, peer } = start({ cursor: "e-7", rooms: ["post:1", "hashtag:日本"] });
  t.after(() => client.disconnect());
  assert.equal(peer.url.protocol, "ws:");
  assert.equal(peer.url.searchParams.get("cursor"), "e-7");
  assert.equal(peer.url.searchParams.get("rooms"), "post:1,hashtag:日本");
});

test("it is open only when all that was missed has been told", (t) => {
  const { client, peer } = start({ cursor: "e-1" });
  t.after(() => client.disconnect());
  const told = [];
  client.on("post:created", ({ n }) => told.push(n));
  peer.accept({ cursor: "e-1" });
  assert.equal(client.state, "syncing");
  peer.say({
    type: "sync:response",
    payload: { events: [post(2), post(3)], cursor: "e-3", complete: false, reset: null },
  });
  assert.equal(client.state, "syncing");
  peer.say({
    type: "sync:response",
    payload: { events: [post(4)], cursor: "e-6", complete: true, reset: null },
  });
  assert.equal(client.state, "open");
  assert.deepEqual(told, [2, 3, 4]);
  assert.equal(client.cursor, "e-6");
});

test("an event that comes twice is told once", (t) => {
  const { client, peer } = start();
  t.after(() => client.disconnect());
  const told = [];
  client.on("post:created", ({ n }) => told.push(n));
  peer.accept();
  for (const seq of [1, 2, 2, 1, 3]) peer.say(post(seq));
  assert.deepEqual(told, [1, 2, 3]);
});

test("after a lost connection it comes back with the cursor it got to", async (t) => {
  const { client, peer } = start();
  t.after(() => client.disconnect());
  const heard = [];
  client.on("disconnect", ({ code }) => heard.push(`disconnect ${code}`));
  client.on("reconnect", ({ attempt }) => heard.push(`reconnect ${attempt}`));
  peer.accept();
  peer.say(post(1));
  peer.say({ type: "heartbeat", payload: { ts: "", cursor: "e-9" } });
  peer.drop(1006);
  assert.equal(client.state, "reconnecting");
  await soon();
  assert.equal(Peer.all[1].url.searchParams.get("cursor"), "e-9");
  assert.deepEqual(heard, ["disconnect 1006", "reconnect 1"]);
});

test("a close that means no is not tried again", async () => {
  const { client, peer } = start();
  peer.accept();
  peer.drop(4001);
  await soon();
  assert.equal(client.state, "closed");
  assert.equal(Peer.all.length, 1);
});

test("a log that lost its past says so once, and goes on from the new cursor", (t) => {
  const { client, peer } = start({ cursor: "old-900" });
  t.after(() => client.disconnect());
  const resets = [];
  const told = [];
  client.on("reset", ({ reset }) => resets.push(reset));
  client.on("post:created", ({ n }) => told.push(n));
  peer.accept({ cursor: "old-900" });
  peer.say({
    type: "sync:response", payload: { events: [], cursor: "e-3", complete: true, reset: "epoch" },
  });
  peer.say(post(4));
  assert.deepEqual([resets, told, client.cursor], [["epoch"], [4], "e-4"]);
});

test("a heartbeat is answered", (t) => {
  const { client, peer } = start();
  t.after(() => client.disconnect());
  peer.accept();
  peer.say({ type: "heartbeat", payload: { ts: "", cursor: "e-0" } });
  assert.deepEqual(peer.sent, [{ type: "heartbeat", payload: {} }]);
});

test("a command waits for the connection and gets its own answer", async (t) => {
  const { client, peer } = start();
  t.after(() => client.disconnect());
  const joined = client.join("post:1");
  const refused = client.emit("user:typing", { postId: "2" });
  assert.deepEqual(peer.sent, []);
  peer.accept();
  const [join, typing] = peer.sent;
  assert.deepEqual(join.payload, { room: "post:1" });
  peer.say({ type: "error", id: typing.id, payload: { code: "forbidden", message: "no" } });
  peer.say({ type: "ack", id: join.id, payload: { room: "post:1", cursor: "e-0" } });
  assert.deepEqual(await joined, { room: "post:1", cursor: "e-0" });
  await assert.rejects(refused, { code: "forbidden", message: "no" });
});

test("a command that was out when the connection went is refused", async (t) => {
  const { client, peer } = start();
  t.after(() => client.disconnect());
  peer.accept();
  const typing = client.emit("user:typing", { postId: "2" });
  peer.drop(1006);
  await assert.rejects(typing, { code: "disconnected" });
});

test("one broken handler stops neither the others nor the cursor", (t) => {
  const { client, peer } = start();
  t.after(() => client.disconnect());
  const errors = [];
  // Browsers have it; Node does not.
  globalThis.reportError = ({ message }) => errors.push(message);
  const told = [];
  client.on("post:created", () => {
    throw new Error("broken");
  });
  client.on("post:created", ({ n }) => told.push(n));
  peer.accept();
  peer.say(post(1));
  assert.deepEqual([told, client.cursor, errors], [[1], "e-1", ["broken"]]);
});

test("with a token the first frame says who and from where, and the address does not", async (t) => {
  const { client, peer } = start({ cursor: "e-7", rooms: ["post:1"], token: async () => "secret" });
  t.after(() => client.disconnect());
  peer.readyState = 1;
  peer.onopen();
  await soon();
  assert.equal(peer.url.search, "");
  assert.deepEqual(peer.sent, [
    { type: "auth", payload: { token: "secret", cursor: "e-7", rooms: ["post:1"] } },
  ]);
});

test("a debounced command is sent once, the last of its kind, and all get its answer", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { client, peer } = start();
  t.after(() => client.disconnect());
  peer.accept();
  const typing = (postId) => client.emit("user:typing", { postId }, { debounce: true });
  const answers = [typing("1")];
  t.mock.timers.tick(200);
  answers.push(typing("2"));
  t.mock.timers.tick(299);
  assert.deepEqual(peer.sent, []);
  t.mock.timers.tick(1);
  assert.deepEqual(peer.sent.map(({ payload }) => payload), [{ postId: "2" }]);
  peer.say({ type: "ack", id: peer.sent[0].id, payload: { done: true } });
  assert.deepEqual(await Promise.all(answers), [{ done: true }, { done: true }]);
});

test("batched commands go out together, equal ones once", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { client, peer } = start();
  t.after(() => client.disconnect());
  peer.accept();
  for (const room of ["post:1", "post:2", "post:1"]) {
    client.emit("room:join", { room }, { batch: true }).catch(() => {});
  }
  assert.deepEqual(peer.sent, []);
  t.mock.timers.tick(50);
  assert.deepEqual(peer.sent.map(({ payload }) => payload.room), ["post:1", "post:2"]);
});

test("a ping tells how long a heartbeat takes", async (t) => {
  const { client, peer } = start();
  t.after(() => client.disconnect());
  peer.accept();
  assert.equal(client.latency, null);
  const measured = client.ping();
  peer.say({ type: "heartbeat", id: peer.sent[0].id, payload: { ts: "", cursor: "e-0" } });
  assert.equal(await measured, client.latency);
  assert.ok(client.latency >= 0 && client.latency < 1000);
});

test("a login that is not the page's own is not listened to", (t) => {
  const { client, peer } = start({ user: "aiko" });
  const codes = [];
  client.on("disconnect", ({ code }) => codes.push(code));
  t.after(() => client.disconnect());
  peer.accept({ user: { id: "ben" } });
  assert.deepEqual([client.state, codes], ["closed", [4003]]);
});

test("a token that runs out is renewed in place", async (t) => {
  const tokens = ["old", "new"];
  const { client, peer } = start({ token: async () => tokens.shift() });
  t.after(() => client.disconnect());
  peer.readyState = 1;
  peer.onopen();
  await soon();
  peer.say({ type: "connect", payload: { cursor: "e-0", rooms: [], heartbeatInterval: 25 } });
  peer.say({ type: "auth:expiring", payload: { in: 60 } });
  await soon();
  assert.deepEqual(peer.sent.map(({ payload }) => payload), [{ token: "old", rooms: [] }, { token: "new" }]);
});

test("a token that ran out is fetched anew, at once", async (t) => {
  const tokens = ["old", "new"];
  const { client, peer } = start({ token: async () => tokens.shift(), cursor: "e-5" });
  t.after(() => client.disconnect());
  peer.readyState = 1;
  peer.onopen();
  await soon();
  peer.drop(4202);
  await soon();
  Peer.last.readyState = 1;
  Peer.last.onopen();
  await soon();
  assert.deepEqual(Peer.last.sent[0].payload, { token: "new", rooms: [], cursor: "e-5" });
});

test("what ends it for good is told as an error too", (t) => {
  const { client, peer } = start();
  const errors = [];
  client.on("error", (error) => errors.push(error));
  peer.accept();
  peer.say({ type: "bye", payload: { code: 4003, reason: "forbidden", retryAfter: null } });
  peer.drop(4003);
  assert.deepEqual(errors, [{ code: "closed", message: "forbidden" }]);
});
