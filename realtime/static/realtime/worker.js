/** The shared worker: an exchange for all tabs of one user, as long as one of them is open. */

import { Exchange } from "./exchange.js";
import { overPort } from "./line.js";

const exchange = new Exchange({}, navigator.locks);

/** @type {any} */ (globalThis).onconnect = (/** @type {MessageEvent} */ { ports: [port] }) =>
  exchange.add(overPort(port));
