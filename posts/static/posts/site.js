/** Where the page comes alive: its elements are defined, its cards kept true. */

import { ConnectionBadge } from "./badge.js";
import { startClock } from "./clock.js";
import { CommentThread } from "./comment-thread.js";
import { startControls } from "./controls.js";
import { client, rest, viewer } from "./live.js";
import { LivePulse } from "./live-pulse.js";
import { PostCard } from "./post-card.js";
import { PostComposer } from "./post-composer.js";
import { PostFeed } from "./post-feed.js";
import { startStands } from "./stands.js";
import { toast } from "./toast.js";
import { updates } from "./updates.js";
import { word } from "./words.js";

/** @param {string} postId */
function cardOf(postId) {
  return /** @type {PostCard | null} */ (document.getElementById(`post-${postId}`));
}

/** Counts change on every card, whatever page it is on. */
function keepCountsTrue() {
  for (const type of ["post:liked", "post:unliked"]) {
    client.on(type, ({ postId, userId, likeCount, version }, { op }) => {
      const own = userId === viewer.id ? { isLiked: type === "post:liked" } : {};
      updates.rebase(`post:${postId}`, { likeCount, version, ...own }, op);
    });
  }
  for (const type of ["comment:added", "comment:updated", "comment:deleted"]) {
    client.on(type, ({ postId, commentCount, version }) => {
      cardOf(postId)?.counts({ commentCount, version });
      const title = document.querySelector(`comment-thread[data-post="${postId}"] .count`);
      if (title) title.textContent = commentCount;
    });
  }
}

/** What has come back as an event is done, even where its answer was lost on the way. */
function knowEchoes() {
  for (const type of ["post:created", "comment:added"]) {
    client.on(type, (_, { op }) => op && updates.confirm(op));
  }
}

/** A post that is a page of its own is in no feed: it hears of itself here. */
function keepWholePostTrue() {
  const card = /** @type {PostCard | null} */ (document.querySelector("post-card.whole"));
  if (!card) return;
  client.on("post:updated", ({ post }) => post.id === card.postId && card.show(post));
  client.on("post:deleted", ({ postId }) => {
    if (postId !== card.postId) return;
    card.classList.add("sending");
    document.querySelector("comment-thread")?.remove();
    toast(word("post-gone"));
  });
  card.addEventListener("post-gone", () => location.assign("/"));
}

/** Who logs out asks nothing more: the answers would be refusals. */
function leaveInSilence() {
  document.addEventListener("submit", ({ target }) => {
    if (/** @type {HTMLFormElement} */ (target).dataset.leave === undefined) return;
    client.disconnect();
    rest.stop();
  });
}

// Counts first: a card that is made while a handler runs already has them.
keepCountsTrue();
knowEchoes();
customElements.define("post-card", PostCard);
customElements.define("post-feed", PostFeed);
customElements.define("post-composer", PostComposer);
customElements.define("comment-thread", CommentThread);
customElements.define("live-pulse", LivePulse);
customElements.define("connection-badge", ConnectionBadge);
keepWholePostTrue();
startControls();
startStands();
leaveInSilence();
startClock();
