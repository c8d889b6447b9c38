/**
 * The admin's live page: joins the room of staff, and shows what is told there.
 *
 * Everything that comes is shown as text, never as HTML. Numbers are drawn once a second; a process
 * that has not told its own for some seconds is gone.
 */

import { RealtimeClient } from "../realtime/client.js";
import { Chart } from "./chart.js";
import { LogView } from "./log-view.js";
import { Processes } from "./processes.js";
import { SocketList } from "./socket-list.js";
import { ask, fill, page, words } from "./words.js";

const state = document.querySelector(".live-state");
const note = page.querySelector(".live-note");
const transports = page.dataset.transports?.split(",");

const client = new RealtimeClient({ url: "/ws/", rooms: ["staff"], transports });
const processes = new Processes(page, reconnect);
const log = new LogView(page.querySelector(".live-log"));
const sockets = new SocketList(page.querySelector(".live-people"), reconnect);
const charts = [...page.querySelectorAll("svg[data-chart]")].map((svg) => new Chart(svg));

/** Ask sockets to come back anew, and say what became of it. */
async function reconnect(what, name) {
  try {
    const { onlyHere } = await ask(page.dataset.reconnect, what);
    say([fill(words.asked, name), onlyHere ? words.onlyHere : ""].join(" "));
  } catch (error) {
    say(fill(words.failed, error.message));
  }
}

function say(text) {
  note.hidden = false;
  note.textContent = text;
}

function show(name, text) {
  state.dataset.state = name;
  if (state.textContent !== text) state.textContent = text;
}

client.on("state", ({ state: now }) => {
  const isUp = now === "open" || now === "fallback";
  show(isUp ? "open" : "connecting", isUp ? words.live : words.connecting);
});
client.on("room:left", ({ room }) => room === "staff" && leave());
client.on("error", ({ code }) => code === "forbidden" && leave());
client.on("staff:stats", (stats) => processes.take(stats));
client.on("staff:events", (told) => log.take(told));
client.on("staff:sockets", (told) => sockets.take(told));

/** Who is not staff any more sees nothing more; what was shown is not left standing either. */
function leave() {
  client.disconnect();
  clearInterval(ticking);
  processes.clear();
  show("closed", words.forbidden);
}

function tick() {
  const total = processes.draw();
  for (const chart of charts) chart.push(total?.[chart.name] ?? null);
}

const ticking = setInterval(tick, 1000);
client.connect();
