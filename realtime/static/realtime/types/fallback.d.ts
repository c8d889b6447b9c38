/**
 * What carries events where no socket gets through: Server-Sent Events, and polling.
 *
 * Both look like a socket to `connection.js`: they hand over frames and end once, with a close
 * code. They are read by `fetch`, which unlike `EventSource` can carry a token and tells a status.
 */
export declare const POLL_MS = 5000;
export type Means = {
    token?: string;
    fetch?: typeof globalThis.fetch;
};
export type Page = {
    events: any[];
    cursor: string;
    hasMore: boolean;
    reset: string | null;
    unreadCount: number;
};
export type Heard = {
    onFrame: (frame: any) => void;
    onEnd: (code: number) => void;
};
/**
 * @param {string} url
 * @param {Means} means
 * @returns {Promise<Page>} rejects with `{code}`, a close code, or with what the network says
 */
export declare function readPage(url: string, means: Means): Promise<Page>;
/** @param {Page} page @returns {any} the same as the frame that a socket would have brought */
export declare function asFrame({ events, cursor, hasMore, reset, unreadCount }: Page): any;
/**
 * The whole events in a text, and what is left of it.
 *
 * @param {string} text
 * @returns {[Record<string, string>[], string]}
 */
export declare function takeEvents(text: string): [Record<string, string>[], string];
export declare class Stream {
    #private;
    /** @param {string} url @param {Heard & Means} heard */
    constructor(url: string, heard: Heard & Means);
    /** End it from here; `onEnd` is not called. */
    close(): void;
    /** The page is back: comments that did not come meanwhile were due long ago. */
    probe(): void;
}
export declare class Poll {
    #private;
    /** @param {() => Promise<Page>} ask for what is new @param {Heard} heard */
    constructor(ask: () => Promise<Page>, heard: Heard);
    close(): void;
    /** Ask now rather than in its time. */
    probe(): Promise<void>;
}
