/** A login at another origin: one refresh for all who ask, kept over a reload, gone after logging out. */

import { beforeEach, expect, test } from "vitest";
import { logIn, restore } from "../dist/index.js";
import { newServer } from "./server.js";

const API = "http://site.example/api";
let server: ReturnType<typeof newServer>;

beforeEach(() => {
  sessionStorage.clear();
  server = newServer();
});

const claims = (seconds: number) => btoa(JSON.stringify({ exp: Date.now() / 1_000 + seconds, "?>": "é" }));
const pair = (name: string, seconds: number): [number, object] => [
  200,
  { access: `${name}.${claims(seconds)}.s`, refresh: `refresh ${name}` },
];

test("a token that still holds is given at once", async () => {
  server.answers.push(() => pair("a", 300));
  const tokens = await logIn(API, "aiko", "secret");
  expect(await tokens.get()).toMatch(/^a\./);
  expect(server.asked.map(({ path }) => path)).toEqual(["/api/auth/token"]);
  expect(JSON.parse(server.asked[0]!.body!)).toEqual({ username: "aiko", password: "secret" });
});

test("one that ends soon is made anew, once for all who ask, and kept over a reload", async () => {
  server.answers.push(() => pair("a", 5), () => pair("b", 300));
  const tokens = await logIn(API, "aiko", "secret");
  const got = await Promise.all([tokens.get(), tokens.get(), tokens.get()]);
  expect(new Set(got).size).toBe(1);
  expect(got[0]).toMatch(/^b\./);
  expect(server.asked.map(({ path }) => path)).toEqual(["/api/auth/token", "/api/auth/token/refresh"]);
  expect(await restore(API)!.get()).toBe(got[0]);
  expect(server.asked).toHaveLength(2);
});

test("after a refresh that failed the next one tries again", async () => {
  server.answers.push(() => pair("a", 5), () => [503, {}], () => pair("b", 300));
  const tokens = await logIn(API, "aiko", "secret");
  await expect(tokens.get()).rejects.toMatchObject({ status: 503 });
  expect(await tokens.get()).toMatch(/^b\./);
});

test("a refused log-in says why, and keeps nothing", async () => {
  server.answers.push(() => [401, { error: { code: "unauthenticated", message: "No." } }]);
  await expect(logIn(API, "aiko", "wrong")).rejects.toMatchObject({ code: "unauthenticated", message: "No." });
  expect(restore(API)).toBeNull();
});

test("logging out forgets it here and ends it there", async () => {
  server.answers.push(() => pair("a", 300));
  const tokens = await logIn(API, "aiko", "secret");
  await tokens.logOut();
  expect(restore(API)).toBeNull();
  const { path, body, headers } = server.asked.at(-1)!;
  expect([path, body]).toEqual(["/api/auth/logout", '{"refresh":"refresh a"}']);
  expect(headers.Authorization).toMatch(/^Bearer a\./);
});
