// One connection over its transports: what it falls back to, and that nothing is lost on the way.
import assert from "node:assert/strict";
import { test } from "node:test";

import { RealtimeClient } from "../../realtime/static/realtime/client.js";
import { Peer, page, post, refusal, Requests, stream, turns } from "./played.js";

function start(t, options = {}) {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  Peer.all = [];
  const requests = new Requests();
  const client = new RealtimeClient({
    url: "http://site.example/ws/", cursor: "e-1", random: () => 1, WebSocket: Peer,
    fetch: requests.fetch, ...options,
  });
  const told = [];
  client.on("post:created", ({ n }) => told.push(n));
  t.after(() => client.disconnect());
  client.connect();
  return { client, requests, told };
}

/** What a client asks of the page that it is in. */
function inPage(t) {
  const events = new EventTarget();
  const document = Object.assign(new EventTarget(), { hidden: false });
  Object.assign(globalThis, { document, addEventListener: events.addEventListener.bind(events) });
  t.after(() => {
    delete globalThis.document;
    delete globalThis.addEventListener;
  });
  return { tell: (type, more = {}) => events.dispatchEvent(Object.assign(new Event(type), more)), document };
}

test("a network that is back is tried within a second, however long the wait had become", async (t) => {
  const { tell } = inPage(t);
  const { client } = start(t);
  await failSocket(t, 3);
  Peer.last.drop(1006); // the next try is 8 s away
  const before = Peer.all.length;
  t.mock.timers.tick(500);
  tell("online");
  t.mock.timers.tick(1_000);
  await turns();
  assert.equal(Peer.all.length, before + 1);
  Peer.last.accept({ cursor: "e-1" });
  assert.equal(client.transport, "websocket");
});

test("a network that has gone is noticed within five seconds, not with the next heartbeat", (t) => {
  const { tell } = inPage(t);
  const { client } = start(t);
  Peer.last.accept({ cursor: "e-1" });
  Peer.last.synced([], "e-1");
  tell("offline");
  assert.deepEqual(Peer.last.sent, [{ type: "heartbeat", id: "probe", payload: {} }]);
  t.mock.timers.tick(5_000);
  assert.equal(client.state, "reconnecting");
});

test("a page that is kept for the back button lets go, and goes on where it was", (t) => {
  const { tell } = inPage(t);
  const { client, told } = start(t);
  Peer.last.accept({ cursor: "e-1" });
  Peer.last.synced([post(2)], "e-2");
  tell("pagehide", { persisted: true });
  assert.deepEqual([client.state, Peer.last.readyState], ["closed", 3]);
  tell("pageshow", { persisted: true });
  assert.equal(Peer.all.length, 2);
  assert.equal(Peer.last.url.searchParams.get("cursor"), "e-2");
  Peer.last.accept({ cursor: "e-2" });
  Peer.last.synced([post(3)], "e-3");
  assert.deepEqual([client.state, told], ["open", [2, 3]]);
});

/** Let the socket fail as often as it takes. */
async function failSocket(t, times = 5) {
  for (let n = 0; n < times; n += 1) {
    Peer.last.drop(1006);
    t.mock.timers.tick(30_000);
    await turns();
  }
}

test("after five tries that failed events come by a stream, and not before", async (t) => {
  const { client, requests, told } = start(t);
  await failSocket(t, 4);
  assert.deepEqual([Peer.all.length, requests.all.length, client.state], [5, 0, "reconnecting"]);
  await failSocket(t, 1);
  assert.equal(requests.last.url.href, "http://site.example/api/realtime/stream?lastEventId=e-1");
  const sse = stream();
  requests.last.answer(sse.response);
  sse.write("id: e-1\n\n");
  sse.say(post(2));
  await turns();
  assert.deepEqual([client.state, client.transport, told, client.cursor], ["fallback", "sse", [2], "e-2"]);
});

test("a wait grows from one second, to be drawn anywhere within", (t) => {
  start(t);
  for (const bound of [1_000, 2_000, 4_000, 8_000]) {
    Peer.last.drop(1006);
    const before = Peer.all.length;
    t.mock.timers.tick(bound - 1);
    assert.equal(Peer.all.length, before);
    t.mock.timers.tick(1);
    assert.equal(Peer.all.length, before + 1);
  }
});

test("the first bound of the waits is the page's to choose", (t) => {
  start(t, { reconnectionDelay: 200 });
  for (const bound of [200, 400]) {
    Peer.last.drop(1006);
    const before = Peer.all.length;
    t.mock.timers.tick(bound - 1);
    assert.equal(Peer.all.length, before);
    t.mock.timers.tick(1);
    assert.equal(Peer.all.length, before + 1);
  }
});

test("whoever ends it when told of a try sees no further socket", (t) => {
  const { client } = start(t);
  client.on("reconnect", () => client.disconnect());
  Peer.last.drop(1006);
  t.mock.timers.tick(1_000);
  assert.deepEqual([Peer.all.length, client.state], [1, "closed"]);
});

test("the socket is tried again every 30 s, and takes over where the stream was", async (t) => {
  const { client, requests, told } = start(t);
  await failSocket(t);
  const sse = stream();
  requests.last.answer(sse.response);
  sse.say(post(2));
  await turns();
  const before = Peer.all.length;
  t.mock.timers.tick(29_999);
  assert.equal(Peer.all.length, before);
  t.mock.timers.tick(1);
  assert.equal(Peer.all.length, before + 1);
  Peer.last.drop(1006); // refused once more: the stream goes on
  sse.say(post(3));
  await turns();
  assert.equal(client.state, "fallback");
  t.mock.timers.tick(20_000);
  sse.write(":\n\n");
  await turns();
  t.mock.timers.tick(10_000);
  assert.equal(Peer.last.url.searchParams.get("cursor"), "e-3");
  sse.say(post(4)); // before the socket is there
  await turns();
  Peer.last.accept({ cursor: "e-3" });
  assert.ok(requests.last.isOver);
  Peer.last.synced([post(4), post(5)]);
  assert.deepEqual([client.state, client.transport, told], ["open", "websocket", [2, 3, 4, 5]]);
});

test("where no stream gets through either, it polls every 5 s from where it was", async (t) => {
  const { client, requests, told } = start(t);
  await failSocket(t);
  requests.last.answer(refusal(503));
  await turns();
  t.mock.timers.tick(1_000);
  await turns();
  assert.equal(requests.last.url.pathname, "/api/realtime/poll");
  assert.equal(requests.last.url.searchParams.get("lastEventId"), "e-1");
  requests.last.answer(page([post(2)], "e-6"));
  await turns();
  assert.deepEqual([client.state, client.transport, told], ["fallback", "polling", [2]]);
  const before = requests.all.length;
  t.mock.timers.tick(4_999);
  assert.equal(requests.all.length, before);
  t.mock.timers.tick(1);
  assert.equal(requests.last.url.searchParams.get("lastEventId"), "e-6");
});

test("polls that fail keep their pace, and the socket its own", async (t) => {
  const { client, requests, told } = start(t, { transports: ["websocket", "polling"] });
  await failSocket(t);
  const sockets = Peer.all.length;
  for (let failed = 1; failed <= 7; failed += 1) {
    requests.last.answer(refusal(503));
    await turns();
    assert.equal(client.state, "reconnecting");
    const before = requests.all.length;
    t.mock.timers.tick(4_999);
    await turns();
    assert.equal(requests.all.length, before);
    t.mock.timers.tick(1);
    await turns();
    assert.equal(requests.all.length, before + 1);
    if (failed === 6) assert.equal(Peer.all.length, sockets + 1); // 30 s
  }
  requests.last.answer(page([post(2)], "e-2"));
  await turns();
  assert.deepEqual([client.state, told], ["fallback", [2]]);
});

test("a stream that ends is begun anew where it was", async (t) => {
  const { client, requests, told } = start(t, { transports: ["sse"] });
  await turns();
  const first = stream();
  requests.last.answer(first.response);
  first.say(post(2));
  first.end();
  await turns();
  assert.equal(client.state, "reconnecting");
  t.mock.timers.tick(1_000);
  await turns();
  assert.equal(requests.last.url.searchParams.get("lastEventId"), "e-2");
  const second = stream();
  requests.last.answer(second.response);
  second.say(post(2));
  second.say(post(3));
  await turns();
  assert.deepEqual(told, [2, 3]);
});

test("an event that comes in pieces is put together", async (t) => {
  const { requests, told } = start(t, { transports: ["sse"] });
  await turns();
  const sse = stream();
  requests.last.answer(sse.response);
  const text = `event: message\ndata: ${JSON.stringify(post(2))}\nid: e-2\n\n`;
  for (const part of [text.slice(0, 30), text.slice(30, 80), text.slice(80)]) {
    sse.write(part);
    await turns();
  }
  assert.deepEqual(told, [2]);
});

test("a socket that takes over ends a fallback that had not begun yet", async (t) => {
  const { requests, told } = start(t, { transports: ["websocket", "polling"] });
  await failSocket(t);
  t.mock.timers.tick(30_000);
  Peer.last.accept({ cursor: "e-1" });
  Peer.last.synced([post(2)]);
  const asked = requests.all.length;
  requests.last.answer(page([post(2), post(3)], "e-3"));
  await turns();
  t.mock.timers.tick(5_000);
  await turns();
  assert.deepEqual([told, requests.all.length], [[2], asked]);
});

test("a stream that says nothing for long is given up", async (t) => {
  const { client, requests } = start(t, { transports: ["sse"] });
  await turns();
  const sse = stream();
  requests.last.answer(sse.response);
  sse.write("id: e-1\n\n");
  await turns();
  t.mock.timers.tick(35_000);
  assert.equal(client.state, "reconnecting");
});

test("a reset by stream or poll is told, and the new place is the page's", async (t) => {
  const { client, requests } = start(t, { transports: ["sse"] });
  const resets = [];
  client.on("reset", ({ reset }) => resets.push(reset));
  await turns();
  const sse = stream();
  requests.last.answer(sse.response);
  sse.write('event: reset\ndata: {"reset":"trimmed","cursor":"f-9"}\nid: f-9\n\n');
  await turns();
  assert.deepEqual([resets, client.cursor], [["trimmed"], "f-9"]);
});

test("transports that a page does not name are not used", async (t) => {
  const { requests } = start(t, { transports: ["websocket"] });
  await failSocket(t, 7);
  assert.deepEqual([Peer.all.length, requests.all.length], [8, 0]);
});

test("a page that names polling alone polls from the start", async (t) => {
  const { requests } = start(t, { transports: ["polling"] });
  await turns();
  assert.deepEqual([Peer.all.length, requests.last.url.pathname], [0, "/api/realtime/poll"]);
});

test("in fallback a command goes by REST where there is a way, and else is refused", async (t) => {
  const read = [];
  const rest = { "notification:read": async (payload) => (read.push(payload), { unreadCount: 0 }) };
  const { client, requests } = start(t, { transports: ["polling"], rest });
  await turns();
  requests.last.answer(page([], "e-1"));
  await turns();
  assert.deepEqual(await client.emit("notification:read", { all: true }), { unreadCount: 0 });
  assert.deepEqual(read, [{ all: true }]);
  await assert.rejects(client.emit("user:typing", { postId: "1" }), { code: "fallback" });
});

test("a room that is joined in fallback is part of what is asked for next", async (t) => {
  const { client, requests } = start(t, { transports: ["sse"] });
  await turns();
  const sse = stream();
  requests.last.answer(sse.response);
  sse.write("id: e-1\n\n");
  await turns();
  const [first] = requests.all;
  const rooms = await Promise.all(["post:1", "post:2"].map((room) => client.join(room)));
  assert.deepEqual(rooms, [{ room: "post:1", cursor: "e-1" }, { room: "post:2", cursor: "e-1" }]);
  t.mock.timers.tick(50);
  await turns();
  assert.ok(first.isOver);
  assert.equal(requests.all.length, 2);
  assert.equal(requests.last.url.searchParams.get("rooms"), "post:1,post:2");
});

test("a browser where somebody else has logged in gets nothing of theirs by polls", async (t) => {
  const { client, requests } = start(t, { transports: ["polling"], user: "aiko" });
  await turns();
  assert.equal(requests.last.url.searchParams.get("rooms"), "user:aiko");
  requests.last.answer(refusal(403));
  await turns();
  requests.last.answer(refusal(403)); // asked for that room alone
  await turns();
  assert.equal(client.state, "closed");
});

test("a room that is refused in fallback is left, and the others go on", async (t) => {
  const { client, requests } = start(t, { transports: ["polling"], rooms: ["post:1", "post:2"] });
  const left = [];
  client.on("room:left", ({ room }) => left.push(room));
  await turns();
  requests.last.answer(refusal(403));
  await turns();
  requests.last.answer(page([], "e-1"));
  await turns();
  requests.last.answer(refusal(403));
  await turns();
  requests.last.answer(page([], "e-1"));
  await turns();
  assert.deepEqual(left, ["post:1"]);
  assert.equal(requests.last.url.searchParams.get("rooms"), "post:2");
});

test("with a token the fallbacks carry it as a header", async (t) => {
  const { requests } = start(t, { transports: ["polling"], token: async () => "secret" });
  await turns();
  assert.equal(requests.last.headers.Authorization, "Bearer secret");
  assert.ok(!requests.last.url.href.includes("secret"));
});

test("a fallback may be forced, and taken back", async (t) => {
  const { client, requests } = start(t);
  Peer.last.accept({ cursor: "e-1" });
  Peer.last.synced([], "e-1");
  client.forceFallback("polling");
  t.mock.timers.tick(1);
  await turns();
  requests.last.answer(page([], "e-1"));
  await turns();
  assert.equal(client.transport, "polling");
  client.forceFallback(null);
  t.mock.timers.tick(1);
  Peer.last.accept({ cursor: "e-1" });
  assert.equal(client.transport, "websocket");
});

test("a connection that is cut comes back as from any loss", (t) => {
  const { client } = start(t);
  Peer.last.accept({ cursor: "e-1" });
  Peer.last.synced([], "e-1");
  client.cut();
  assert.deepEqual([client.state, client.transport], ["reconnecting", null]);
  t.mock.timers.tick(1_000);
  Peer.last.accept({ cursor: "e-1" });
  Peer.last.synced([post(2)]);
  assert.equal(client.state, "open");
});

test("timers that were frozen for an hour find a dead socket out at once", (t) => {
  const { client } = start(t);
  Peer.last.accept({ cursor: "e-1" });
  Peer.last.synced([], "e-1");
  t.mock.timers.tick(3_600_000);
  assert.equal(client.state, "reconnecting");
  t.mock.timers.tick(1_000);
  assert.equal(Peer.all.length, 2);
});

test("a page that wakes asks once, and comes back within a second where nothing answers", (t) => {
  const { client } = start(t);
  Peer.last.accept({ cursor: "e-1" });
  Peer.last.synced([], "e-1");
  client.wake();
  client.wake();
  t.mock.timers.tick(4_999);
  assert.equal(client.state, "open");
  t.mock.timers.tick(1);
  assert.equal(client.state, "reconnecting");
  t.mock.timers.tick(1_000);
  assert.equal(Peer.all.length, 2);
});
