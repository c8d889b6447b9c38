// Changes shown before the server has them: once, in order, over those of others, taken back.
import assert from "node:assert/strict";
import { test } from "node:test";

import { OptimisticUpdates } from "../../realtime/static/realtime/optimistic.js";

const like = {
  replaces: true,
  request: ({ like }) => ({ method: like ? "POST" : "DELETE", path: "/like" }),
  change: (state, { like }) =>
    state.isLiked === like
      ? state
      : { ...state, isLiked: like, likeCount: state.likeCount + (like ? 1 : -1) },
};
const write = { request: (body) => ({ method: "POST", path: "/comments", body }) };

const failed = (status, code) => Object.assign(new Error(code), { status, code });
const settled = () => new Promise((resolve) => setTimeout(resolve));

/** A server whose answers the test gives when it likes, and what is shown meanwhile. */
function start({ base = { likeCount: 3, isLiked: false, version: 7 }, storage } = {}) {
  const sent = [];
  const refused = [];
  const updates = new OptimisticUpdates({
    send: (request, op) =>
      new Promise((resolve, reject) => sent.push({ request, op, resolve, reject })),
    storage,
    wait: async () => {},
    onRefused: (error, { kind }) => refused.push(`${kind} ${error.code}`),
  });
  updates.define("like", like);
  updates.define("write", write);
  const shown = [];
  updates.track("post", base, ({ likeCount, isLiked }) => shown.push([likeCount, isLiked]));
  const press = (on, op) => updates.add("like", "post", { like: on }, op).catch(() => {});
  return { updates, sent, shown, refused, press, now: () => shown.at(-1) };
}

test("an own change counts at once, and once when the server has it", async () => {
  const { sent, shown, press } = start();
  press(true);
  assert.deepEqual(shown.at(-1), [4, true]);
  sent[0].resolve({ likeCount: 4, isLiked: true, version: 8 });
  await settled();
  assert.deepEqual(shown, [[3, false], [4, true], [4, true]]);
});

test("an echo that is faster than its answer never counts twice", async () => {
  const { updates, sent, shown, press } = start();
  press(true, "op-1");
  updates.rebase("post", { likeCount: 4, isLiked: true, version: 8 }, "op-1");
  sent[0].resolve({ likeCount: 4, isLiked: true, version: 8 });
  await settled();
  assert.ok(shown.slice(1).every(([count]) => count === 4), JSON.stringify(shown));
});

test("likes of others show through one's own that is on its way", async () => {
  const { updates, sent, press, now } = start();
  press(true);
  updates.rebase("post", { likeCount: 9, version: 9 });
  assert.deepEqual(now(), [10, true]);
  sent[0].resolve({ likeCount: 10, isLiked: true, version: 10 });
  await settled();
  assert.deepEqual(now(), [10, true]);
});

test("what is older than the last word is passed over", async () => {
  const { updates, sent, press, now } = start();
  press(true);
  updates.rebase("post", { likeCount: 4, isLiked: true, version: 8 }, sent[0].op);
  updates.rebase("post", { likeCount: 5, version: 9 });
  updates.rebase("post", { likeCount: 2, version: 5 });
  sent[0].resolve({ likeCount: 4, isLiked: true, version: 8 });
  await settled();
  assert.deepEqual(now(), [5, true]);
});

test("a refused change is taken back, and others' stay", async () => {
  const { updates, sent, refused, press, now } = start();
  press(true);
  updates.rebase("post", { likeCount: 5, version: 8 });
  sent[0].reject(failed(403, "forbidden"));
  await settled();
  assert.deepEqual(now(), [5, false]);
  assert.deepEqual(refused, ["like forbidden"]);
});

test("where network or server fail it is tried three times more, under the same key", async () => {
  const { sent, refused, press, now } = start();
  press(true);
  for (const error of [failed(0, "network"), failed(503, "unavailable"), failed(409, "in_progress")]) {
    sent.at(-1).reject(error);
    await settled();
  }
  assert.equal(now()[1], true);
  assert.deepEqual(new Set(sent.map(({ op }) => op)).size, 1);
  sent.at(-1).reject(failed(500, "internal"));
  await settled();
  assert.equal(sent.length, 4);
  assert.deepEqual([now(), refused], [[3, false], ["like internal"]]);
});

test("a lost answer whose echo has come is not asked for again", async () => {
  const { updates, sent, refused, press, now } = start();
  press(true, "op-1");
  updates.rebase("post", { likeCount: 4, isLiked: true, version: 8 }, "op-1");
  sent[0].reject(failed(0, "network"));
  await settled();
  assert.deepEqual([sent.length, refused, now()], [1, [], [4, true]]);
});

test("twenty clicks are two requests at most, one after the other", async () => {
  const { sent, press, now } = start();
  for (let click = 1; click <= 20; click += 1) press(click % 2 === 1);
  assert.equal(sent.length, 1);
  assert.deepEqual(now(), [3, false]);
  sent[0].resolve({ likeCount: 4, isLiked: true, version: 8 });
  await settled();
  assert.deepEqual([sent.length, sent[1].request.method], [2, "DELETE"]);
  sent[1].resolve({ likeCount: 3, isLiked: false, version: 9 });
  await settled();
  assert.deepEqual(now(), [3, false]);
});

test("what changes nothing is not sent", async () => {
  const { sent, press } = start();
  press(true);
  press(false);
  press(true);
  sent[0].resolve({ likeCount: 4, isLiked: true, version: 8 });
  await settled();
  assert.equal(sent.length, 1);
});

test("what is written under one object goes out in order, each when the last is there", async () => {
  const { updates, sent } = start();
  updates.add("write", "comments", { body: "One" });
  updates.add("write", "comments", { body: "Two" });
  updates.add("write", "elsewhere", { body: "Other" });
  assert.deepEqual(sent.map(({ request }) => request.body.body), ["One", "Other"]);
  sent[0].resolve({ id: "1" });
  await settled();
  assert.deepEqual(sent.map(({ request }) => request.body.body), ["One", "Other", "Two"]);
});

class Drawer {
  kept = new Map();
  getItem(name) {
    return this.kept.get(name) ?? null;
  }
  setItem(name, text) {
    this.kept.set(name, text);
  }
  removeItem(name) {
    this.kept.delete(name);
  }
}

test("what was on its way when the page was left goes out again under its own key", async () => {
  const storage = new Drawer();
  const before = start({ storage });
  before.press(true);
  const after = start({ storage });
  after.updates.restore();
  assert.deepEqual(after.now(), [4, true]);
  assert.equal(after.sent[0].op, before.sent[0].op);
  after.sent[0].resolve({ likeCount: 4, isLiked: true, version: 8 });
  await settled();
  assert.equal(storage.kept.size, 0);
});

test("what the page shows already when it comes back is not sent again", async () => {
  const storage = new Drawer();
  start({ storage }).press(true);
  const after = start({ storage, base: { likeCount: 4, isLiked: true, version: 8 } });
  after.updates.restore();
  await settled();
  assert.deepEqual([after.sent.length, after.now(), storage.kept.size], [0, [4, true], 0]);
});

/** Chances that are the same at every run: a linear congruential generator. */
function chances(seed) {
  let state = seed;
  return (n) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** A server that counts exactly, answers when it is picked, and fails at every third request. */
class LateServer {
  count = 10;
  liked = false;
  version = 20;
  /** What is under way, either way; whoever is picked goes on. */
  wire = [];
  #asked = 0;
  #done = new Map();
  #echoes = [];

  constructor(chance, tell) {
    this.chance = chance;
    this.tell = tell;
  }

  send({ method }, op) {
    return new Promise((resolve, reject) => {
      this.wire.push(() => this.#arrived(method === "POST", op, resolve, reject));
    });
  }

  #arrived(like, op, resolve, reject) {
    this.#asked += 1;
    const fails = this.#asked % 3 === 0;
    const isLost = fails && this.chance(2) === 0;
    if (fails && !isLost) return this.wire.push(() => reject(failed(503, "unavailable")));
    const answer = this.#done.get(op) ?? this.#do(like, op);
    this.#done.set(op, answer);
    this.wire.push(() => (isLost ? reject(failed(0, "network")) : resolve(answer)));
  }

  #do(like, op) {
    if (like !== this.liked) {
      this.liked = like;
      this.count += like ? 1 : -1;
      this.version += 1;
      this.#echoes.push({ likeCount: this.count, isLiked: like, version: this.version, op });
      // Events keep their order among themselves, and none towards the answers.
      this.wire.push(() => this.tell(this.#echoes.shift()));
    }
    return { likeCount: this.count, isLiked: like, version: this.version };
  }
}

test("twenty clicks at a server that is late, out of order and fails every third time", async () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const chance = chances(seed);
    const server = new LateServer(chance, ({ op, ...news }) => updates.rebase("post", news, op));
    const updates = new OptimisticUpdates({
      send: (request, op) => server.send(request, op),
      wait: () => new Promise((resolve) => server.wire.push(resolve)),
    });
    updates.define("like", like);
    let [now, wish, clicks] = [null, false, 0];
    updates.track("post", { likeCount: 10, isLiked: false, version: 20 }, (state, isPending) => {
      now = state;
      const off = Math.abs(state.likeCount - server.count);
      assert.ok(off <= (isPending ? 1 : 0), `seed ${seed}: ${state.likeCount}, not ${server.count}`);
      assert.equal(state.isLiked, wish, `seed ${seed}: the heart flickers`);
    });
    while (clicks < 20 || server.wire.length) {
      if (clicks < 20 && chance(3) === 0) {
        clicks += 1;
        wish = clicks % 2 === 1 || clicks === 20;
        updates.add("like", "post", { like: wish });
      } else if (server.wire.length) server.wire.splice(chance(server.wire.length), 1)[0]();
      await new Promise(setImmediate); // whatever follows from it has followed
    }
    const atRest = [now.likeCount, now.isLiked];
    assert.deepEqual(atRest, [server.count, server.liked], `seed ${seed}`);
    assert.deepEqual(atRest, [11, true], `seed ${seed}: the last click counts`);
  }
});
