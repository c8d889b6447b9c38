// What people write, and when: the same examples hold for the page (tests/posts/test_links.py).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { ago } from "../../posts/static/posts/ago.js";
import { hue, initial } from "../../posts/static/posts/face.js";
import { tokens } from "../../posts/static/posts/rich-text.js";

const examples = JSON.parse(readFileSync(new URL("texts.json", import.meta.url), "utf8"));

for (const { what, body, hashtags, names, parts } of examples) {
  test(what, () => {
    const found = tokens(body, { hashtags, names }).map(({ text, href = "" }) => [text, href]);
    assert.deepEqual(found, parts);
  });
}

test("times are told in the largest unit that has passed, up to a week", () => {
  const at = (seconds) => ago(0, seconds * 1000);
  assert.deepEqual(at(59), { unit: "now", n: 0 });
  assert.deepEqual(at(60), { unit: "minutes", n: 1 });
  assert.deepEqual(at(3 * 3600 + 59), { unit: "hours", n: 3 });
  assert.deepEqual(at(6 * 86_400), { unit: "days", n: 6 });
  assert.deepEqual(at(7 * 86_400), { unit: "date", n: 0 });
});

test("a face has the hue and letter that the page gives it", () => {
  assert.equal(hue("01890000-0000-7000-8000-0000000000ff"), "hue-3");
  assert.equal(initial(" 愛子"), "愛");
  assert.equal(initial("ben"), "B");
});
