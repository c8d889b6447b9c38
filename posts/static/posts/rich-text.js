/**
 * A body as text and links: addresses, #tags and @names.
 *
 * Pure up to `tokens`; `render` makes nodes of them and never HTML from a string, so that nothing
 * that somebody wrote is ever markup. posts/templatetags/text.py does the same for the page, and
 * both are tested with the examples in tests/js/texts.json.
 */

/** @typedef {{text: string, href?: string, out?: boolean}} Token */

const LINKS =
  /(?<url>https?:\/\/[^\s<>"]+)|(?<![\p{L}\p{N}_&/#＃])[#＃](?<tag>[\p{L}\p{M}\p{N}_]+)|(?<![\p{L}\p{N}_@.+/-])[@＠](?<name>[\p{L}\p{N}_.@+-]+)/gu;
/** What ends a sentence rather than an address. */
const TRAILING = ".,;:!?)]}'\"。、！？」』）";

/**
 * @param {string} body
 * @param {{hashtags?: string[], names?: string[]}} known only these tags and names become links
 * @returns {Token[]}
 */
export function tokens(body, { hashtags = [], names = [] } = {}) {
  const tags = new Set(hashtags);
  const people = new Map(names.map((name) => [key(name), name]));
  /** @type {Token[]} */
  const result = [];
  let end = 0;
  for (const match of body.matchAll(LINKS)) {
    const token = link(match, tags, people);
    if (!token) continue;
    if (match.index > end) result.push({ text: body.slice(end, match.index) });
    result.push(token);
    end = match.index + token.text.length;
  }
  if (end < body.length) result.push({ text: body.slice(end) });
  return result;
}

/**
 * @param {RegExpMatchArray} match
 * @param {Set<string>} tags
 * @param {Map<string, string>} people
 * @returns {Token | null}
 */
function link({ 0: whole, groups = {} }, tags, people) {
  if (groups.url) {
    const text = withoutEnd(whole, TRAILING);
    return { text, href: text, out: true };
  }
  if (groups.tag) {
    const tag = key(groups.tag);
    return tags.has(tag) ? { text: whole, href: `/tags/${encodeURIComponent(tag)}/` } : null;
  }
  return mention(whole[0], groups.name, people);
}

/**
 * A name may have the sentence's dots behind it, or さん: the longest that is one counts.
 *
 * @param {string} sign
 * @param {string} written
 * @param {Map<string, string>} people
 * @returns {Token | null}
 */
function mention(sign, written, people) {
  const shortest = withoutEnd(/^[\w.+-]+/.exec(written)?.[0] ?? "", ".+-");
  for (const text of [written, withoutEnd(written, ".@+-"), shortest]) {
    const name = text && people.get(key(text));
    if (name) return { text: sign + text, href: `/@${encodeURIComponent(name)}/` };
  }
  return null;
}

/**
 * A regular expression would look at a long run of signs once from each of them.
 *
 * @param {string} text
 * @param {string} signs what may not stand at its end
 */
function withoutEnd(text, signs) {
  let end = text.length;
  while (end > 0 && signs.includes(text[end - 1])) end -= 1;
  return text.slice(0, end);
}

/** @param {string} text as tags and names are compared */
function key(text) {
  return text.normalize("NFKC").toLowerCase().normalize("NFKC");
}

/**
 * @param {Element} element gets the body instead of what it has
 * @param {Token[]} parts
 */
export function render(element, parts) {
  element.replaceChildren(
    ...parts.map(({ text, href, out }) => {
      if (!href) return text;
      const anchor = document.createElement("a");
      anchor.href = href;
      anchor.textContent = text;
      if (out) anchor.rel = "nofollow noopener noreferrer";
      return anchor;
    }),
  );
}
