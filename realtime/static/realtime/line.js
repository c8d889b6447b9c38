/**
 * Lines between a tab and the exchange that it shares: to a shared worker, or to the one tab that
 * leads the others.
 */

import { Exchange, overPort } from "./exchange.js";

/** @typedef {{post: (message: any) => void, hear: (message: any) => void, close?: () => void}} Line */

/** @returns {[Line, Line]} two ends in one page */
function pair() {
  /** @type {Line} */
  const one = { post: (message) => other.hear(message), hear() {} };
  /** @type {Line} */
  const other = { post: (message) => one.hear(message), hear() {} };
  return [one, other];
}

/** @param {import("./connection.js").Means} means @returns {Line} to an exchange that nobody shares */
export function ownLine(means) {
  const [line, other] = pair();
  new Exchange(means).add(other);
  return line;
}

/**
 * @param {string} name the same for all tabs that share
 * @param {(error: unknown) => void} onBroken
 * @returns {Line} `hear` gets `{isReady}` whenever there is somebody to attach to, maybe anew
 */
export function sharedLine(name, onBroken) {
  return globalThis.SharedWorker ? toWorker(name, onBroken) : toLeader(name);
}

/** @param {string} name @param {(error: unknown) => void} onBroken */
function toWorker(name, onBroken) {
  const worker = new SharedWorker(new URL("./worker.js", import.meta.url), { type: "module", name });
  worker.onerror = onBroken;
  const line = overPort(worker.port);
  queueMicrotask(() => line.hear({ isReady: true }));
  return line;
}

/** @param {string} name @returns {Line} */
function toLeader(name) {
  const channel = new BroadcastChannel(name);
  const from = crypto.randomUUID();
  const resign = new AbortController();
  /** @type {Exchange | null} if this tab leads */
  let exchange = null;
  /** @type {Map<string, Line>} to the other tabs, where this one leads */
  const lines = new Map();
  /** @type {Line} */
  const line = {
    post: (message) => channel.postMessage({ from, message }),
    hear() {},
    close() {
      exchange?.stop();
      resign.abort();
      // What was just posted must still get out.
      setTimeout(() => channel.close());
    },
  };
  /** @param {string} to */
  const lineTo = (to) => {
    let other = lines.get(to);
    if (!other) {
      other = { post: (message) => channel.postMessage({ to, message }), hear() {} };
      lines.set(to, other);
      exchange?.add(other);
    }
    return other;
  };
  channel.onmessage = ({ data }) => {
    if (exchange && data.from) lineTo(data.from).hear(data.message);
    else if (data.to === from || data.to === "all") line.hear(data.message);
  };
  const lead = () => {
    const [mine, other] = pair();
    exchange = new Exchange({}, navigator.locks);
    exchange.add(other);
    mine.hear = (message) => line.hear(message);
    line.post = mine.post;
    channel.postMessage({ to: "all", message: { isReady: true } });
    line.hear({ isReady: true });
    return new Promise((resolve) => resign.signal.addEventListener("abort", resolve));
  };
  navigator.locks.request(name, { signal: resign.signal }, lead).catch(() => {});
  // Whoever leads already answers; if nobody does, this tab soon will.
  queueMicrotask(() => line.hear({ isReady: true }));
  return line;
}
