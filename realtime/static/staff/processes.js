/** What each process tells of itself, all of them together, and the largest rooms. */

import { button, element, fill, mayReconnect, milliseconds, number, words } from "./words.js";

/** Silence after which a process counts as gone, in milliseconds; it tells once a second. */
const GONE_MS = 4_000;
const ROOMS = 10;

/** One process's numbers, or those of all, in the order of the table's columns. */
function cells(stats) {
  return [
    number(stats.connections.websocket ?? 0),
    number(stats.connections.sse ?? 0),
    number(stats.users),
    number(stats.events, 1),
    number(stats.deliveries, 1),
    milliseconds(stats.lag50),
    milliseconds(stats.lag99),
    number(stats.head),
    number(stats.backlog),
    number(stats.slowCuts),
    number(stats.replays.ring ?? 0),
    number(stats.replays.log ?? 0),
    number(stats.resets),
  ];
}

/** The largest of what is known; null where nothing is. */
function most(values) {
  const known = values.filter((value) => value !== null);
  return known.length ? Math.max(...known) : null;
}

/** All processes as one. Each follows the whole log: its events are the same, not to be added. */
function together(all) {
  const sum = (of) => all.reduce((total, stats) => total + (of(stats) ?? 0), 0);
  return {
    connections: { websocket: sum((s) => s.connections.websocket), sse: sum((s) => s.connections.sse) },
    users: sum((s) => s.users),
    events: most(all.map((s) => s.events)),
    deliveries: sum((s) => s.deliveries),
    lag50: most(all.map((s) => s.lag50)),
    lag99: most(all.map((s) => s.lag99)),
    head: most(all.map((s) => s.head)),
    backlog: most(all.map((s) => s.backlog)),
    slowCuts: sum((s) => s.slowCuts),
    replays: { ring: sum((s) => s.replays.ring), log: sum((s) => s.replays.log) },
    resets: sum((s) => s.resets),
  };
}

export class Processes {
  #page;
  #reconnect;
  #body;
  #foot;
  #rooms;
  /** @type {Map<string, {stats: any, at: number, row: HTMLTableRowElement}>} */
  #known = new Map();

  constructor(page, reconnect) {
    this.#page = page;
    this.#reconnect = reconnect;
    this.#body = page.querySelector(".live-processes tbody");
    this.#foot = page.querySelector(".live-processes tfoot");
    this.#rooms = page.querySelector(".live-rooms tbody");
  }

  /** A process has told its numbers. */
  take(stats) {
    const row = this.#known.get(stats.node)?.row ?? this.#newRow(stats);
    this.#known.set(stats.node, { stats, at: performance.now(), row });
  }

  /** Nothing is known any more. */
  clear() {
    for (const { row } of this.#known.values()) row.remove();
    this.#known.clear();
    this.#foot.replaceChildren();
    this.#rooms.replaceChildren();
    this.#numbers(null);
  }

  /** Show what is known now; the values of the charts. */
  draw() {
    for (const [node, { at, row }] of this.#known) {
      if (performance.now() - at < GONE_MS) continue;
      row.remove();
      this.#known.delete(node);
    }
    const all = [...this.#known.values()];
    if (!all.length) return this.clear();
    // In place, so that a button keeps the focus.
    for (const { stats, row } of all) this.#write(row, cells(stats));
    const total = together(all.map(({ stats }) => stats));
    const row = this.#foot.rows[0] ?? this.#foot.insertRow();
    if (!row.cells.length) row.append(element("th", words.total, { scope: "row" }));
    this.#write(row, cells(total));
    this.#drawRooms(all.map(({ stats }) => stats));
    this.#numbers(total);
    return { ...total, connections: total.connections.websocket + total.connections.sse };
  }

  #newRow({ node, name }) {
    const row = this.#body.insertRow();
    row.append(element("th", name, { scope: "row" }));
    this.#write(row, Array(13).fill("–"));
    if (mayReconnect) {
      const description = fill(words.reconnectProcess, name);
      const sure = () => confirm(fill(words.sureProcess, name)) && this.#reconnect({ process: node }, name);
      row.insertCell().append(button(words.reconnect, description, sure));
    }
    return row;
  }

  #write(row, texts) {
    texts.forEach((text, i) => {
      const cell = row.cells[i + 1] ?? row.insertCell();
      if (cell.textContent !== text) cell.textContent = text;
    });
  }

  #drawRooms(all) {
    const found = new Map();
    for (const { name, rooms } of all) {
      for (const [room, members] of rooms) {
        const one = found.get(room) ?? { total: 0, each: [] };
        one.total += members;
        one.each.push(`${name} ${number(members)}`);
        found.set(room, one);
      }
    }
    const largest = [...found].sort(([, a], [, b]) => b.total - a.total).slice(0, ROOMS);
    largest.forEach(([room, { total, each }], i) => {
      const row = this.#rooms.rows[i] ?? this.#rooms.insertRow();
      if (!row.cells.length) row.append(element("th", "", { scope: "row" }));
      row.cells[0].textContent = room;
      this.#write(row, [number(total), each.join(", ")]);
    });
    while (this.#rooms.rows.length > largest.length) this.#rooms.deleteRow(-1);
  }

  #numbers(total) {
    const show = (name, text) => (this.#page.querySelector(`[data-number=${name}]`).textContent = text);
    const { websocket = 0, sse = 0 } = total?.connections ?? {};
    const { ring = null, log = null } = total?.replays ?? {};
    show("connections", total ? number(websocket + sse) : "–");
    show("transports", total ? `${number(websocket)} WebSocket · ${number(sse)} SSE` : "");
    // Each process counts its own: who is at two of them is in both numbers.
    show("atMost", total && this.#known.size > 1 ? words.atMost : "");
    for (const name of ["users", "head", "backlog", "slowCuts"]) show(name, number(total?.[name]));
    for (const name of ["events", "deliveries"]) show(name, number(total?.[name], 1));
    for (const name of ["lag50", "lag99"]) show(name, milliseconds(total?.[name]));
    show("ring", number(ring));
    show("log", number(log));
    show("replays", total ? number(ring + log) : "–");
    const resets = this.#page.querySelector("[data-number=resets]");
    resets.textContent = total ? `${resets.dataset.before} ${number(total.resets)}` : "";
  }
}
