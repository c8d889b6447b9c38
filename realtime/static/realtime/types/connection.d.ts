/**
 * One connection to the server, by whichever transport gets through.
 *
 * A socket; after some failed tries Server-Sent Events, then polling, while the socket is tried
 * again. All go on from the one position, so that nothing is lost or told twice in changing over.
 * It tells one listener: `exchange.js`.
 */
export type Transport = "websocket" | "sse" | "polling";
export type State = "connecting" | "open" | "syncing" | "reconnecting" | "fallback" | "closed";
export type Place = {
    url: string;
    user?: string;
    transports?: Transport[];
    reconnectionDelay?: number;
};
export type Means = {
    token?: () => Promise<string>;
    random?: () => number;
    WebSocket?: typeof globalThis.WebSocket;
    fetch?: typeof globalThis.fetch;
};
export type Owner = {
    tell: (type: string, payload: any) => void;
    rooms: () => string[];
};
/**
 * @typedef {"websocket" | "sse" | "polling"} Transport
 * @typedef {"connecting"|"open"|"syncing"|"reconnecting"|"fallback"|"closed"} State
 * @typedef {{url: string, user?: string, transports?: Transport[], reconnectionDelay?: number}} Place
 *   `user`: whose it must be
 * @typedef {{
 *   token?: () => Promise<string>, random?: () => number,
 *   WebSocket?: typeof globalThis.WebSocket, fetch?: typeof globalThis.fetch,
 * }} Means
 * @typedef {{tell: (type: string, payload: any) => void, rooms: () => string[]}} Owner `tell`: of
 *   frames as "frame", and of what happens to the connection
 */
export declare class Connection {
    #private;
    /** @type {State} */
    state: State;
    /** @type {Transport | null} what is up */
    transport: Transport | null;
    /** @param {Place & Means} options @param {Owner} owner */
    constructor({ url, user, transports, reconnectionDelay, ...means }: Place & Means, owner: Owner);
    get cursor(): string | null;
    /** @param {string | null} cursor */
    start(cursor: string | null): void;
    /** @param {number} code */
    end(code: number): void;
    /** The page is back from sleep, or the network is: look now rather than at the next timer. */
    wake(): void;
    /** As if the network had gone. */
    cut(): void;
    /** @param {Transport | null} kind this one and no other; null: as it comes */
    force(kind: Transport | null): void;
    /** @param {{type: string, id?: string, payload: any}} frame */
    send(frame: {
        type: string;
        id?: string;
        payload: any;
    }): void;
}
