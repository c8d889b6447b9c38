// How the client comes back, by the ranges of docs/protocol.md.
import assert from "node:assert/strict";
import { test } from "node:test";

import { afterClose, fullJitter, waitAfter } from "../../realtime/static/realtime/backoff.js";

test("a close code of 4000 to 4099 ends it for good", () => {
  for (const code of [4000, 4001, 4003, 4009]) assert.equal(afterClose(code), "stop");
});

test("lost connections and errors of the server are tried again with backoff", () => {
  for (const code of [1006, 1011, 1009, 4100, 4103]) assert.equal(afterClose(code), "backoff");
});

test("a draining server, an old token and a slow consumer are tried again at once", () => {
  for (const code of [1012, 4200, 4202, 4203, 4205]) assert.equal(afterClose(code), "now");
});

test("the bound of the wait doubles from one second up to thirty", () => {
  const bounds = [0, 1, 2, 3, 4, 5, 50].map((attempt) => fullJitter(attempt, { random: () => 1 }));
  assert.deepEqual(bounds, [1000, 2000, 4000, 8000, 16000, 30000, 30000]);
});

test("the wait is anything below its bound", () => {
  assert.equal(fullJitter(3, { random: () => 0 }), 0);
  assert.equal(fullJitter(3, { random: () => 0.25 }), 2000);
});

test("only the first return is at once, spread over what the server asked for", () => {
  const random = () => 0.5;
  assert.equal(waitAfter("now", { attempt: 0, atOnce: 5000, random }), 2500);
  assert.equal(waitAfter("now", { attempt: 3, atOnce: 5000, random }), 4000);
  assert.equal(waitAfter("backoff", { attempt: 0, atOnce: 5000, random }), 500);
});
