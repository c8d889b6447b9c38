/** Who is online and who types, kept from the events; listens only while somebody wants to know. */

import { Roll } from "./client/roll.js";
import { OthersTyping } from "./client/typing.js";
import type { Client } from "./types.js";

/** How often somebody who has silently gone is looked for, in milliseconds. */
const LOOK_MS = 1_000;

export interface Present {
  /** Ids, in the order in which they came. */
  onlineUsers: readonly string[];
  /** Ids of those who write a comment, by the post's id; posts whose room one is in. */
  typingUsers: Readonly<Record<string, readonly string[]>>;
}

export const NOBODY: Present = { onlineUsers: [], typingUsers: {} };

export class People {
  #client;
  #roll = new Roll();
  #typing = new Map<string, OthersTyping>();
  #listeners = new Set<() => void>();
  #stops: (() => void)[] = [];
  #isIn = false;
  #asked = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #present = NOBODY;

  constructor(client: Client) {
    this.#client = client;
  }

  /** For `useSyncExternalStore`: the same object until something has changed. */
  readonly present = (): Present => this.#present;

  readonly subscribe = (listener: () => void): (() => void) => {
    if (!this.#listeners.size) this.#start();
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (!this.#listeners.size) this.#stop();
    };
  };

  #start() {
    const client = this.#client;
    this.#stops = [
      // Where the first question was not answered: there was no connection for a while.
      client.on("connect", () => this.#isIn || this.#asked || this.#join()),
      client.on("user:online", (event) => this.#moved(event, true)),
      client.on("user:offline", (event) => this.#moved(event, false)),
      // After every return to the server: what it says now is all there is.
      client.on("sync:response", ({ onlineUsers }) => onlineUsers && this.#reset(onlineUsers)),
      client.on("user:typing", ({ postId, userId }) => this.#typed(postId, userId)),
      client.on("user:stopped_typing", ({ postId, userId }) => {
        this.#typing.get(postId)?.stopped(userId);
        this.#tell();
      }),
    ];
    this.#join();
  }

  async #join() {
    this.#asked += 1;
    try {
      const { onlineUsers, version } = await this.#client.join("presence");
      this.#isIn = this.#listeners.size > 0;
      // In fallback the answer knows of nobody.
      if (onlineUsers) this.#reset(onlineUsers, version);
    } catch {
      // Asked again with the next connection.
    } finally {
      this.#asked -= 1;
    }
  }

  #stop() {
    for (const stop of this.#stops.splice(0)) stop();
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#isIn = false;
    this.#client.leave("presence").catch(() => {});
  }

  #moved({ users, version }: { users: { userId: string }[]; version: number }, isOnline: boolean) {
    if (this.#roll.apply({ isOnline, users: users.map(({ userId }) => userId), version })) this.#tell();
  }

  #reset(users: string[], version?: number) {
    this.#roll.reset(users, version);
    this.#tell();
  }

  #typed(post: string, user: string) {
    if (!this.#typing.has(post)) this.#typing.set(post, new OthersTyping());
    this.#typing.get(post)!.typing(user, Date.now());
    this.#timer ??= setInterval(() => this.#tell(), LOOK_MS);
    this.#tell();
  }

  #tell() {
    const typingUsers: Record<string, string[]> = {};
    for (const [post, others] of this.#typing) {
      const users = others.users(Date.now());
      if (users.length) typingUsers[post] = users;
      else this.#typing.delete(post);
    }
    if (!this.#typing.size) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    const present = { onlineUsers: this.#roll.users, typingUsers };
    if (JSON.stringify(present) === JSON.stringify(this.#present)) return;
    this.#present = present;
    for (const listener of [...this.#listeners]) listener();
  }
}
