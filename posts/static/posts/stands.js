/**
 * How the reader stands to people and hashtags: followed or not, blocked or not.
 *
 * Buttons are forms that work without this. All buttons about the same person show the same, on
 * every card and in every tab; a card that the client made asks only when its menu is opened.
 */

import { client, rest, viewer } from "./live.js";
import { updates } from "./updates.js";
import { phrase, word } from "./words.js";

/** @typedef {import("../realtime/optimistic.js").State} State */

/** Keys of what is tracked already. @type {Set<string>} */
const tracked = new Set();

export function startStands() {
  document.addEventListener("submit", press);
  document.addEventListener("toggle", opened, true);
  for (const [type, isFollowed] of /** @type {const} */ ([["user:followed", true], ["user:unfollowed", false]])) {
    client.on(type, (event, { op }) => event.userId === viewer.id && follows(event.targetId, isFollowed, op));
  }
  for (const [type, isBlocked] of /** @type {const} */ ([["user:blocked", true], ["user:unblocked", false]])) {
    client.on(type, ({ targetId }, { op }) => {
      track("block", targetId);
      updates.rebase(`block:${targetId}`, { isBlocked }, op);
    });
  }
  for (const [type, isFollowed] of /** @type {const} */ ([["room:joined", true], ["room:left", false]])) {
    client.on(type, ({ room }) => {
      if (!room.startsWith("hashtag:")) return;
      const tag = room.slice("hashtag:".length);
      track("follow-tag", tag);
      updates.rebase(`follow-tag:${tag}`, { isFollowed });
    });
  }
}

/**
 * From another tab, or one's own echo, whose answer has the count too.
 *
 * @param {string} id
 * @param {boolean} isFollowed
 * @param {string} [op]
 */
function follows(id, isFollowed, op) {
  track("follow", id);
  const key = `follow:${id}`;
  const state = updates.state(key);
  if (!state || updates.has(op) || state.isFollowed === isFollowed) return;
  const followerCount = state.followerCount + (isFollowed ? 1 : -1);
  updates.rebase(key, { isFollowed, followerCount });
}

/** @param {SubmitEvent} event */
function press(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const { follow, block, followTag } = form.dataset;
  const on = /** @type {HTMLButtonElement | null} */ (event.submitter)?.value === "1";
  if (follow) change("follow", follow, { id: follow, follow: on });
  else if (followTag) change("follow-tag", followTag, { tag: followTag, follow: on });
  else if (block) {
    const name = form.dataset.name ?? "";
    if (!on || confirm(word("block-person", { name }))) change("block", block, { id: block, block: on });
  } else return;
  event.preventDefault();
  form.closest("details.menu")?.removeAttribute("open");
}

/**
 * @param {string} kind
 * @param {string} id
 * @param {object} args
 */
function change(kind, id, args) {
  track(kind, id);
  updates.add(kind, `${kind}:${id}`, args).catch(() => {});
}

/**
 * Follow one from now on, from what the page says.
 *
 * @param {string} kind
 * @param {string} id
 * @param {State} [base]
 */
function track(kind, id, base = read(kind, id)) {
  const key = `${kind}:${id}`;
  if (tracked.has(key)) return;
  tracked.add(key);
  updates.track(key, base, (state) => paint(kind, id, state));
}

/** @param {string} kind @param {string} id @returns {State} */
function read(kind, id) {
  const isOn = buttons(kind, id).some(({ value }) => value === "0");
  if (kind === "block") return { isBlocked: isOn };
  return { isFollowed: isOn, followerCount: Number(followers(id)?.querySelector("b")?.textContent) };
}

/** @param {string} kind @param {string} id @param {State} state */
function paint(kind, id, state) {
  const isOn = kind === "block" ? state.isBlocked : state.isFollowed;
  for (const button of buttons(kind, id)) {
    const { on = "", off = "" } = button.dataset;
    button.value = isOn ? "0" : "1";
    button.textContent = isOn ? on : off;
    if (kind !== "block") button.setAttribute("aria-pressed", String(isOn));
    if (button.matches(".button")) button.classList.toggle("quiet", isOn);
  }
  if (kind === "follow") paintCount(id, state.followerCount);
  if (kind === "block") paintBlock(id, isOn);
}

/** @param {string} id @param {number} n */
function paintCount(id, n) {
  followers(id)?.replaceChildren(...phrase(n === 1 ? "follower" : "followers", { n }));
}

/**
 * What the other wrote goes at once, and would be back if the server refused.
 *
 * @param {string} id
 * @param {boolean} isBlocked
 */
function paintBlock(id, isBlocked) {
  for (const item of all(`[data-author="${CSS.escape(id)}"]`)) item.hidden = isBlocked;
  const profile = document.querySelector(`[data-profile="${CSS.escape(id)}"]`);
  profile?.querySelector("[data-blocked]")?.toggleAttribute("hidden", !isBlocked);
  profile?.querySelector("[data-follow]")?.toggleAttribute("hidden", isBlocked);
}

/** @param {Event} event a menu was opened: now is the time to know */
async function opened({ target }) {
  const menu = /** @type {HTMLDetailsElement} */ (target);
  const form = menu.matches?.("details.menu[open]") && menu.querySelector("[data-unknown]");
  if (!(form instanceof HTMLFormElement)) return;
  const id = form.dataset.follow ?? "";
  try {
    if (!tracked.has(`follow:${id}`) || !tracked.has(`block:${id}`)) {
      const { isFollowed, followerCount, isBlocked } = await rest.get(`/users/${id}`);
      track("follow", id, { isFollowed, followerCount });
      track("block", id, { isBlocked });
    }
    for (const kind of ["follow", "block"]) paint(kind, id, updates.state(`${kind}:${id}`) ?? {});
    form.removeAttribute("data-unknown");
  } catch {
    menu.removeAttribute("open");
  }
}

/** @param {string} kind @param {string} id */
function buttons(kind, id) {
  return /** @type {HTMLButtonElement[]} */ (all(`form[data-${kind}="${CSS.escape(id)}"] button`));
}

/** @param {string} id */
function followers(id) {
  return document.querySelector(`[data-profile="${CSS.escape(id)}"] [data-followers]`);
}

/** @param {string} selector */
function all(selector) {
  return /** @type {HTMLElement[]} */ ([...document.querySelectorAll(selector)]);
}
