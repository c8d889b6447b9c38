/** The page, its words in its language, and how it asks the server for something. */

/** @type {HTMLElement} */
export const page = document.getElementById("live");
/** @type {Record<string, string>} */
export const words = JSON.parse(document.getElementById("words").textContent);
export const mayReconnect = "mayReconnect" in page.dataset;

/** Put a name into a sentence. */
export function fill(sentence, name) {
  return sentence.replace("%s", () => name);
}

/** A number for people; a dash where there is none. */
export function number(value, digits = 0) {
  if (value === null || value === undefined) return "–";
  return value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits });
}

/** Milliseconds for people. */
export function milliseconds(value) {
  return value === null || value === undefined ? "–" : `${number(value, value < 10 ? 1 : 0)} ms`;
}

/** An element with a text. */
export function element(name, text = "", more = {}) {
  return Object.assign(document.createElement(name), { textContent: text, ...more });
}

/** A button that reads as its label and is announced by a longer one. */
export function button(label, description, onclick) {
  const made = element("button", label, { type: "button", className: "button", onclick });
  made.setAttribute("aria-label", description);
  return made;
}

/** POST a form; the answer, or an error with the server's words. */
export async function ask(url, fields) {
  const answer = await fetch(url, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { "X-CSRFToken": page.dataset.csrf },
    redirect: "error",
  });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.error ?? String(answer.status));
  return body;
}
