// Which posts a feed is about, and those behind its pill.
import assert from "node:assert/strict";
import { test } from "node:test";

import { belongs, Waiting } from "../../posts/static/posts/waiting.js";

const post = (id, more = {}) => ({
  id, author: { id: "ben" }, hashtags: [], visibility: "public", version: 1, likeCount: 0, ...more,
});
const feed = (kind, key = "") => ({
  kind, key, viewerId: "aiko", follows: new Set(["ben"]), tags: new Set(["kyoto"]),
});

test("the public feed is of public posts alone", () => {
  assert.equal(belongs(post("1"), feed("public")), true);
  assert.equal(belongs(post("1", { visibility: "followers" }), feed("public")), false);
});

test("the home feed is of oneself, those one follows, and followed tags", () => {
  const by = (id, hashtags = []) => belongs(post("1", { author: { id }, hashtags }), feed("home"));
  assert.equal(by("aiko"), true);
  assert.equal(by("ben"), true);
  assert.equal(by("chiyo"), false);
  assert.equal(by("chiyo", ["kyoto"]), true);
});

test("a tag's feed is of posts with it, a person's of theirs", () => {
  assert.equal(belongs(post("1", { hashtags: ["kyoto"] }), feed("tag", "kyoto")), true);
  assert.equal(belongs(post("1"), feed("tag", "kyoto")), false);
  assert.equal(belongs(post("1"), feed("author", "ben")), true);
  assert.equal(belongs(post("1"), feed("author", "aiko")), false);
});

test("waiting posts come newest first, each once, in their newest version", () => {
  const waiting = new Waiting();
  waiting.put(post("2"));
  waiting.put(post("3"));
  waiting.put(post("2", { version: 4, likeCount: 3 }));
  waiting.put(post("2", { version: 2 }));
  assert.equal(waiting.count, 2);
  assert.deepEqual(waiting.take().map(({ id, likeCount }) => [id, likeCount]), [["3", 0], ["2", 3]]);
  assert.equal(waiting.count, 0);
});

test("a waiting post keeps up with its likes, and goes when it is deleted", () => {
  const waiting = new Waiting();
  waiting.put(post("2"));
  waiting.put(post("3"));
  waiting.change("2", { likeCount: 7, version: 5 });
  waiting.change("2", { likeCount: 6, version: 4 });
  waiting.drop("3");
  assert.deepEqual(waiting.take().map(({ id, likeCount }) => [id, likeCount]), [["2", 7]]);
});

const id = (n) => String(n).padStart(6, "0");

test("two hundred are kept whole; of more the ids alone, and the count stays exact", () => {
  const waiting = new Waiting();
  for (let n = 1; n <= 200; n += 1) waiting.put(post(id(n)));
  assert.deepEqual([waiting.count, waiting.isCut], [200, false]);
  waiting.put(post(id(201)));
  waiting.put(post(id(201)));
  assert.deepEqual([waiting.count, waiting.isCut], [201, true]);
  waiting.drop(id(7));
  waiting.dropBy("somebody else");
  assert.equal(waiting.count, 200);
  waiting.dropUpTo(id(199));
  assert.deepEqual([waiting.count, waiting.isCut], [2, true]);
  waiting.dropUpTo(id(201));
  assert.deepEqual([waiting.count, waiting.isCut], [0, false]);
  assert.deepEqual(waiting.take(), []);
});

test("beyond five thousand it is more, and nothing grows", () => {
  const waiting = new Waiting();
  for (let n = 1; n <= 6_000; n += 1) waiting.put(post(id(n)));
  assert.deepEqual([waiting.count, waiting.isMore], [5_000, true]);
  waiting.dropUpTo(id(6_000));
  assert.deepEqual([waiting.count, waiting.isMore, waiting.isCut], [0, false, false]);
});
