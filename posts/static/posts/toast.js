/** Short messages at the bottom of the page, read out, gone after a while. */

import { word } from "./words.js";

/** How long each is shown, in milliseconds; what is urgent stays until it is sent away. */
const SHOWN_MS = { low: 4_000, normal: 6_000, high: 20_000 };
const MAX_SHOWN = 3;

/**
 * @param {string | (Node | string)[]} message
 * @param {{href?: string, priority?: "low" | "normal" | "high", onClick?: () => void}} [options]
 */
export function toast(message, { href, priority = "normal", onClick } = {}) {
  const element = document.createElement("div");
  const said = document.createElement(href ? "a" : "p");
  if (said instanceof HTMLAnchorElement && href) said.href = href;
  said.append(...message);
  element.className = `toast ${priority}`;
  // What is urgent is read out at once, the rest when there is a pause.
  element.setAttribute("role", priority === "high" ? "alert" : "status");
  element.append(said);
  element.addEventListener("click", () => {
    onClick?.();
    element.remove();
  });
  const place = /** @type {HTMLElement} */ (document.querySelector(".toasts"));
  place.append(element);
  for (const old of [...place.children].slice(0, -MAX_SHOWN)) old.remove();
  setTimeout(() => element.remove(), SHOWN_MS[priority]);
}

/** @type {Record<string, string>} */
const WORDS = {
  network: "offline",
  unavailable: "offline",
  unauthenticated: "logged-out",
  rate_limited: "limited",
  not_found: "post-gone",
};

/**
 * @param {any} error a RestError
 * @returns {string} what went wrong, in the page's language
 */
export function explain(error) {
  return word(WORDS[error?.code] ?? "failed");
}
