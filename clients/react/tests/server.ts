/** The server's end of every socket that the client opens, without a network. */

import { act } from "@testing-library/react";

export const ME = { id: "u1", username: "aiko", displayName: "Aiko", avatarUrl: null };
export const BEN = { id: "u2", username: "ben", displayName: "Ben", avatarUrl: null };

/** A socket as browsers have it, as far as the client uses it; answers commands as the server does. */
export class Wire {
  static all: Wire[] = [];
  static get last(): Wire {
    return Wire.all.at(-1)!;
  }
  static isDown = false;
  static needsToken = false;

  readyState = 0;
  sent: any[] = [];
  onopen?: () => void;
  onmessage?: (message: { data: string }) => void;
  onclose?: (close: { code: number }) => void;

  constructor(readonly url: string) {
    Wire.all.push(this);
    queueMicrotask(() => (Wire.isDown ? this.drop() : this.#open()));
  }

  #open() {
    if (this.readyState === 3) return;
    this.readyState = 1;
    this.onopen?.();
    if (!Wire.needsToken) this.#welcome();
  }

  #welcome() {
    const payload = { connectionId: "c", user: ME, cursor: "0.0", rooms: [], heartbeatInterval: 25, protocol: 1 };
    this.tell("connect", payload);
    if (new URL(this.url).searchParams.has("cursor") || this.sent[0]?.payload.cursor) {
      this.tell("sync:response", { events: [], cursor: "0.0", complete: true, reset: null, unreadCount: 0 });
    }
  }

  send(text: string) {
    const frame = JSON.parse(text);
    this.sent.push(frame);
    if (frame.type === "auth") queueMicrotask(() => this.#welcome());
    if (!frame.id) return;
    const about = frame.payload.room === "presence" ? { onlineUsers: ["u2"], version: 1 } : {};
    queueMicrotask(() => this.tell("ack", { ...frame.payload, ...about }, { id: frame.id }));
  }

  tell(type: string, payload: object, more: object = {}) {
    if (this.readyState === 1) this.onmessage?.({ data: JSON.stringify({ type, payload, ...more }) });
  }

  drop(code = 1006) {
    this.readyState = 3;
    this.onclose?.({ code });
  }

  close() {
    this.readyState = 3;
  }
}

let seq = 0;

/** A durable event to everybody who is connected. */
export async function happens(type: string, payload: object, more: object = {}) {
  seq += 1;
  const frame = { seq: String(seq), cursor: `0.${seq}`, rooms: ["public"], ...more };
  await act(async () => Wire.last.tell(type, payload, frame));
}

/** A new server that nobody has asked yet; what REST is asked for, and with which answers. */
export function newServer() {
  Wire.all = [];
  Wire.isDown = Wire.needsToken = false;
  seq = 0;
  globalThis.WebSocket = Wire as any;
  const asked: { path: string; method: string; headers: Record<string, string>; body?: string }[] = [];
  const answers: (() => Promise<[number, object]> | [number, object])[] = [];
  globalThis.fetch = (async (url: string, init: any = {}) => {
    asked.push({ path: new URL(url, location.href).pathname, ...init });
    const [status, body] = (await answers.shift()?.()) ?? [200, {}];
    return new Response(JSON.stringify(body), { status });
  }) as any;
  return { asked, answers };
}

export function newPost(id: string, more: object = {}) {
  const now = "2026-01-01T00:00:00.000Z";
  return {
    id, author: BEN, body: `Post ${id}`, hashtags: [], mentions: [], visibility: "public" as const,
    likeCount: 0, commentCount: 0, isLiked: false, createdAt: now, updatedAt: now, version: 1, ...more,
  };
}
