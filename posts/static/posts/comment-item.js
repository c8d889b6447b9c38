/** A comment in its thread: made from the page's template, filled, kept true. */

import { tellTimes } from "./clock.js";
import { drawFace, pageOf } from "./face.js";
import { viewer } from "./live.js";
import { render, tokens } from "./rich-text.js";
import { fillBy, slot } from "./slots.js";

/** @typedef {import("./live.js").Comment} Comment */

/**
 * @param {HTMLTemplateElement} template
 * @param {Comment} comment
 * @param {string} postAuthor who may delete it too
 * @returns {HTMLElement}
 */
export function makeComment(template, comment, postAuthor) {
  const copy = /** @type {DocumentFragment} */ (document.importNode(template.content, true));
  const item = /** @type {HTMLElement} */ (copy.firstElementChild);
  showComment(item, comment, postAuthor);
  return item;
}

/**
 * @param {HTMLElement} item what it shows already may be newer: then nothing changes
 * @param {Comment} comment
 * @param {string} postAuthor
 */
export function showComment(item, comment, postAuthor) {
  if (comment.version < Number(item.dataset.version || -1)) return;
  const { id, author } = comment;
  item.id = `comment-${id}`;
  Object.assign(item.dataset, { id, author: author.id, version: comment.version });
  drawFace(slot(item, "face"), author);
  fillBy(item, comment);
  render(slot(item, "text"), tokens(comment.body));
  /** @type {HTMLAnchorElement} */ (slot(item, "name")).href = pageOf(author.username);
  /** @type {HTMLAnchorElement} */ (slot(item, "edit")).href = `/comments/${id}/edit/`;
  /** @type {HTMLFormElement} */ (slot(item, "delete")).action = `/comments/${id}/delete/`;
  /** @type {HTMLAnchorElement} */ (slot(item, "report")).href = `/comments/${id}/report/`;
  slot(item, "edit").hidden = author.id !== viewer.id;
  slot(item, "report").hidden = author.id === viewer.id;
  slot(item, "delete").hidden = author.id !== viewer.id && postAuthor !== viewer.id;
  tellTimes(item);
}
