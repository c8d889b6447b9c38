/** What the scripts say, in the page's language: from the `<template id="words">` of the page. */

/** @type {Map<string, string>} */
const words = new Map();

/**
 * @param {string} name
 * @param {Record<string, string | number>} [values] for `{…}` in the text
 * @returns {string}
 */
export function word(name, values = {}) {
  return text(name).replace(/\{(\w+)\}/g, (whole, key) => String(values[key] ?? whole));
}

/**
 * A text whose values stand out in bold, as nodes: nothing of it is ever read as markup.
 *
 * @param {string} name
 * @param {Record<string, string | number>} values
 * @returns {(Node | string)[]}
 */
export function phrase(name, values) {
  return text(name).split(/\{(\w+)\}/).map((part, place) => {
    if (place % 2 === 0) return part;
    const bold = document.createElement("b");
    bold.textContent = String(values[part] ?? "");
    return bold;
  });
}

/** @param {string} name */
function text(name) {
  if (!words.size) read();
  return words.get(name) ?? name;
}

function read() {
  const template = /** @type {HTMLTemplateElement | null} */ (document.getElementById("words"));
  for (const item of template?.content.querySelectorAll("[data-word]") ?? []) {
    words.set(/** @type {HTMLElement} */ (item).dataset.word ?? "", item.textContent ?? "");
  }
}
