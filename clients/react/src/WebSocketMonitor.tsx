/** What the connection does, and two ways to disturb it; for developers. */

import { useEffect, useReducer, useState } from "react";
import type { Frame } from "./types.js";
import { useWebSocket } from "./useWebSocket.js";
import { useWords } from "./words.js";

const MAX_FRAMES = 20;
const PING_MS = 5_000;
const LOOK_MS = 1_000;
/** Events per second are those of this time, in milliseconds. */
const SPAN_MS = 5_000;
const NOTHING = "—";

interface Heard {
  n: number;
  at: number;
  frame: Frame;
}

export function WebSocketMonitor() {
  const { client, state, transport } = useWebSocket();
  const { heard, times } = useHeard();
  const words = useWords();
  const [isForced, setForced] = useState(false);
  const [latency, setLatency] = useState<number | null>(null);
  useEffect(() => {
    if (!client || transport !== "websocket") return setLatency(null);
    const ping = () => client.ping().then(setLatency, () => setLatency(null));
    ping();
    const timer = setInterval(ping, PING_MS);
    return () => clearInterval(timer);
  }, [client, transport]);
  useEffect(() => {
    if (!client || !isForced) return;
    client.forceFallback("polling");
    return () => client.forceFallback(null);
  }, [client, isForced]);
  const facts = [
    [words.state, state],
    [words.transport, transport ?? NOTHING],
    [words.latency, latency === null ? NOTHING : `${Math.round(latency)} ms`],
    [words.rate, <Rate key="rate" times={times} />],
  ] as const;
  return (
    <section className="rt-monitor" aria-label={words.monitor} data-state={state}>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p>
        <button type="button" onClick={() => client?.cut()}>{words.cut}</button>
        <button type="button" aria-pressed={isForced} onClick={() => setForced(!isForced)}>{words.force}</button>
      </p>
      <h3>{words.frames}</h3>
      {heard.length === 0 && <p>{words.none}</p>}
      <ol>
        {heard.toReversed().map(({ n, at, frame }) => (
          <li key={n}>
            <details>
              <summary>
                <b>{frame.type}</b> <time>{new Date(at).toISOString().slice(11, 19)}</time>
              </summary>
              <pre>{JSON.stringify(frame.payload, null, 1).slice(0, 2_000)}</pre>
            </details>
          </li>
        ))}
      </ol>
    </section>
  );
}

interface Told {
  /** The last frames, the latest at the end. */
  heard: Heard[];
  /** When each durable one of the last seconds came. */
  times: number[];
}

function useHeard(): Told {
  const { subscribe } = useWebSocket();
  const [told, hear] = useReducer(next, { heard: [], times: [] });
  useEffect(() => subscribe("*", (_, frame) => hear({ at: Date.now(), frame })), [subscribe]);
  return told;
}

function next({ heard, times }: Told, { at, frame }: Omit<Heard, "n">): Told {
  const recent = times.filter((time) => at - time < SPAN_MS);
  return {
    heard: [...heard, { n: (heard.at(-1)?.n ?? 0) + 1, at, frame }].slice(-MAX_FRAMES),
    times: frame.seq === undefined ? recent : [...recent, at],
  };
}

function Rate({ times }: { times: number[] }) {
  const [now, setNow] = useState(0);
  useEffect(() => {
    const look = () => setNow(Date.now());
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [times]);
  const recent = times.filter((at) => now - at < SPAN_MS);
  return <>{(recent.length / (SPAN_MS / 1_000)).toFixed(1)}</>;
}
