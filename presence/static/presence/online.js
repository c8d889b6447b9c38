/** Dots at the faces of those who are online, kept true from one roll for the whole page. */

import { client } from "../posts/live.js";
import { Roll } from "./roll.js";

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
    .then(({ onlineUsers, version }) => reset(onlineUsers, version))
    .catch(() => {});
  // Cards and comments are made all the time; their faces are looked at once, together.
  new MutationObserver(paintSoon).observe(document.body, { childList: true, subtree: true });
}

/** @param {string[]} users @param {number} [version] */
function reset(users, version) {
  roll.reset(users, version);
  changed();
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
