// A page's place in the log.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Position } from "../../realtime/static/realtime/cursor.js";

test("a frame that comes twice is new once", () => {
  const position = new Position("e-4");
  assert.equal(position.isNew({ seq: "5" }), true);
  position.moveTo({ seq: "5", cursor: "e-5" });
  assert.equal(position.isNew({ seq: "5" }), false);
  assert.equal(position.isNew({ seq: "6" }), true);
  assert.equal(position.cursor, "e-5");
});

test("numbers beyond those that JavaScript counts exactly stay apart", () => {
  const position = new Position();
  position.moveTo({ seq: "9007199254740992" });
  assert.equal(position.isNew({ seq: "9007199254740993" }), true);
});

test("frames without a number are always new", () => {
  const position = new Position("e-4");
  position.moveTo({ seq: "9", cursor: "e-9" });
  assert.equal(position.isNew({}), true);
});

test("a log that began anew counts from the beginning", () => {
  const position = new Position("old-900");
  position.moveTo({ seq: "900" });
  position.restart("new-3");
  assert.equal(position.isNew({ seq: "4" }), true);
  assert.equal(position.cursor, "new-3");
});
