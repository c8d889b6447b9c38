/** Who is who: the people that this browser has met, so that an id can be shown as a name. */

import { rest, viewer } from "./live.js";

/** @typedef {import("./live.js").User} User */

const KEPT_AS = `people-${viewer.id}`;
/** Enough for a day of reading, and little enough for every browser's storage. */
const MAX_KEPT = 300;

/** @type {Map<string, User>} the one met last stands last */
const known = new Map(stored().map((user) => [user.id, user]));
/** @type {Map<string, Promise<User | null>>} */
const asked = new Map();
let isNew = false;

/** @param {User} user */
export function remember(user) {
  known.delete(user.id);
  known.set(user.id, user);
  isNew = true;
}

/** @param {string} id @returns {User | undefined} */
export function met(id) {
  return known.get(id);
}

/**
 * Somebody by id, from the server where need be; null where there is no such person for us.
 *
 * @param {string} id
 * @returns {Promise<User | null>}
 */
export async function lookUp(id) {
  const there = known.get(id);
  if (there) return there;
  if (!asked.has(id)) asked.set(id, ask(id));
  return asked.get(id) ?? null;
}

/** @param {string} id @returns {Promise<User | null>} */
async function ask(id) {
  try {
    const { username, displayName, avatarUrl } = await rest.get(`/users/${id}`);
    const user = { id, username, displayName, avatarUrl };
    remember(user);
    return user;
  } catch {
    return null;
  }
}

/** @returns {User[]} */
function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT_AS) ?? "[]");
  } catch {
    return [];
  }
}

remember(viewer);
addEventListener("pagehide", () => {
  if (!isNew) return;
  try {
    sessionStorage.setItem(KEPT_AS, JSON.stringify([...known.values()].slice(-MAX_KEPT)));
  } catch {
    // Full or forbidden: then they are asked for again.
  }
});
