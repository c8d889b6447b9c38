/** Dots at the faces of those who are online, kept true from one roll for the whole page. */

import { client, rest } from "../posts/live.js";
import { Roll } from "./roll.js";

/** Where no socket tells who comes and goes: how often it is asked, in milliseconds, about whom. */
const ASK_MS = 30_000;
const MAX_ASKED = 200;

export const roll = new Roll();
/** @type {Set<() => void>} */
const listeners = new Set();

/** @param {() => void} listener called whenever somebody came or went @returns {() => void} */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function startDots() {
  for (const [type, isOnline] of /** @type {const} */ ([["user:online", true], ["user:offline", false]])) {
    client.on(type, ({ users, version }) => {
      const ids = users.map((/** @type {{userId: string}} */ { userId }) => userId);
      if (roll.apply({ isOnline, users: ids, version })) changed();
    });
  }
  // After every return to the server: what it says now is all there is.
  client.on("sync:response", ({ onlineUsers }) => onlineUsers && reset(onlineUsers));
  client
    .join("presence")
    // In fallback the answer knows of nobody.
    .then(({ onlineUsers, version }) => onlineUsers && reset(onlineUsers, version))
    .catch(() => {});
  client.on("state", ({ state }) => state === "fallback" && askOften());
  // Cards and comments are made all the time; their faces are looked at once, together.
  new MutationObserver(paintSoon).observe(document.body, { childList: true, subtree: true });
}

/** @param {string[]} users @param {number} [version] */
function reset(users, version) {
  roll.reset(users, version);
  changed();
}

let isAsking = false;

/** A stream tells changes but no whole list, and a poll neither: ask about those on the page. */
async function askOften() {
  if (isAsking) return;
  isAsking = true;
  // Between two polls of which one failed it is not the fallback for a moment.
  while (client.transport !== "websocket" && client.state !== "closed") {
    if (client.state === "fallback" && !document.hidden) await ask();
    await new Promise((resolve) => setTimeout(resolve, ASK_MS));
  }
  isAsking = false;
}

async function ask() {
  const faces = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".face[data-user]"));
  const users = new Set([...[...faces].map(({ dataset }) => dataset.user), ...roll.users]);
  users.delete("");
  const wanted = [...users].slice(0, MAX_ASKED).join();
  const told = wanted && (await rest.get(`/presence?users=${wanted}`).catch(() => null));
  // The socket may be back meanwhile, with the whole list.
  if (told && client.transport !== "websocket") reset(told.online);
}

function changed() {
  paintSoon();
  for (const listener of listeners) listener();
}

let isPlanned = false;

function paintSoon() {
  if (isPlanned) return;
  isPlanned = true;
  requestAnimationFrame(paint);
}

function paint() {
  isPlanned = false;
  for (const face of document.querySelectorAll(".face[data-user]")) {
    const { user = "" } = /** @type {HTMLElement} */ (face).dataset;
    if (face.hasAttribute("data-online") !== roll.has(user)) {
      face.toggleAttribute("data-online", roll.has(user));
    }
  }
  for (const element of document.querySelectorAll("[data-online-word]")) {
    const text = /** @type {HTMLElement} */ (element);
    text.hidden = !roll.has(text.dataset.onlineWord ?? "");
  }
}
