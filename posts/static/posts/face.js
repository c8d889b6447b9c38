/** A person's face and name in a card or comment: the client's half of templates/parts/face.html. */

const HUES = 12;

/**
 * The class with a person's hue; the filter `hue` in posts/templatetags/people.py agrees.
 *
 * @param {string} id
 * @returns {string}
 */
export function hue(id) {
  return `hue-${parseInt(id.slice(-2), 16) % HUES}`;
}

/**
 * The letter that stands for somebody without a picture.
 *
 * @param {string} name
 * @returns {string}
 */
export function initial(name) {
  return [...name.trim()][0]?.toUpperCase() ?? "?";
}

/** @param {string} username */
export function pageOf(username) {
  return `/@${encodeURIComponent(username)}/`;
}

/**
 * @param {HTMLElement} face
 * @param {import("./live.js").User} user
 */
export function drawFace(face, user) {
  face.className = face.className.replace(/\bhue-\d*|$/, ` ${hue(user.id)}`);
  face.dataset.user = user.id;
  if (face instanceof HTMLAnchorElement) face.href = pageOf(user.username);
  if (!user.avatarUrl) return face.replaceChildren(initial(user.displayName));
  const image = new Image();
  image.src = user.avatarUrl;
  image.alt = "";
  face.replaceChildren(image);
}
