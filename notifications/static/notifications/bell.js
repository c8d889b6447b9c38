/** The bell: how many notifications are not read, and a toast for each that is worth one. */

import { client } from "../posts/live.js";
import { toast } from "../posts/toast.js";
import { markRead, startReading } from "./reading.js";
import { leadsTo, said } from "./told.js";

const MAX_SHOWN = 99;

export function startBell() {
  const title = document.title;
  const bells = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-bell]")]);
  startReading(Number(bells[0]?.dataset.bell ?? 0), ({ unreadCount }) => {
    const text = unreadCount > MAX_SHOWN ? `${MAX_SHOWN}+` : String(unreadCount);
    for (const bell of bells) {
      bell.hidden = unreadCount === 0;
      if (bell.textContent !== text) bell.textContent = text;
    }
    document.title = unreadCount ? `(${text}) ${title}` : title;
  });
  client.on("notification:new", ({ notification }) => {
    // What was missed is in the list; a toast is for what happens now, where somebody looks.
    if (/open|fallback/.test(client.state) && !document.hidden) announce(notification);
  });
}

/** @param {import("./told.js").Notification} told */
function announce(told) {
  // A like is worth a number on the bell and no more.
  if (told.priority === "low") return;
  toast(said(told), {
    href: leadsTo(told),
    priority: told.priority,
    onClick: () => markRead(told.id),
  });
}
