/**
 * The live connection of a page: frames in order, each once, from where the page was rendered.
 *
 *   const client = new RealtimeClient({ url: "/ws/", cursor: document.body.dataset.cursor });
 *   client.on("post:created", ({ post }) => show(post));
 *   client.connect();
 *
 * Local events beside the server's: `connect`, `disconnect {code}`, `reconnect {attempt}`,
 * `error {code, message}`, `state {state}`, `transport {transport}`, and `reset {reset}`: fetch
 * afresh, the log no longer has what is between. docs/client.md says more.
 */
export type Handler = import("./listeners.js").Handler;
export type State = import("./connection.js").State;
export type Transport = import("./connection.js").Transport;
export declare class RealtimeClient {
    #private;
    /**
     * @param {{
     *   url: string,
     *   cursor?: string | null,
     *   rooms?: string[],
     *   user?: string,
     *   transports?: Transport[],
     *   reconnectionDelay?: number,
     *   token?: () => Promise<string>,
     *   rest?: {[type: string]: (payload: any) => Promise<any>},
     *   random?: () => number,
     *   WebSocket?: typeof globalThis.WebSocket,
     *   fetch?: typeof globalThis.fetch,
     * }} options `user`: the reader's id; their tabs share one connection, and it is for nobody else.
     *   `reconnectionDelay`: the first bound of the random wait before a try, in milliseconds.
     *   `token` is asked for before each connection; without it the session cookie counts. `rest`:
     *   how a command goes where there is no socket
     */
    constructor({ url, user, transports, reconnectionDelay, rooms, ...options }: {
        url: string;
        cursor?: string | null;
        rooms?: string[];
        user?: string;
        transports?: Transport[];
        reconnectionDelay?: number;
        token?: () => Promise<string>;
        rest?: {
            [type: string]: (payload: any) => Promise<any>;
        };
        random?: () => number;
        WebSocket?: typeof globalThis.WebSocket;
        fetch?: typeof globalThis.fetch;
    });
    /** @returns {State} */
    get state(): State;
    /** @returns {string | null} the position up to which everything was told */
    get cursor(): string | null;
    /** @returns {Transport | null} what brings the events now */
    get transport(): Transport | null;
    /** @returns {number | null} milliseconds that the last `ping` took */
    get latency(): number | null;
    /** @param {string} type @param {Handler} handler @returns {() => void} */
    on(type: string, handler: Handler): () => void;
    /** @param {string} type @param {Handler} handler */
    off(type: string, handler: Handler): void;
    connect(): void;
    disconnect(): void;
    /** The page is back from sleep, or the network is: look now rather than at the next timer. */
    wake(): void;
    /** Drop the connection as if the network had gone. */
    cut(): void;
    /** @param {"sse" | "polling" | null} kind this way and no other; null: as it comes */
    forceFallback(kind: "sse" | "polling" | null): void;
    /** @returns {Promise<number>} the milliseconds that a heartbeat takes to the server and back */
    ping(): Promise<number>;
    /**
     * Send a command; it waits for the connection where there is none yet.
     *
     * @param {string} type
     * @param {object} [payload]
     * @param {{debounce?: boolean, batch?: boolean}} [options] `debounce`: of several of this type
     *   within 300 ms only the last; `batch`: together with what else is sent in this moment
     * @returns {Promise<any>} the payload of the ack; rejects with a CommandError
     */
    emit(type: string, payload?: object, { debounce, batch }?: {
        debounce?: boolean;
        batch?: boolean;
    }): Promise<any>;
    /** @param {string} room @returns {Promise<any>} */
    join(room: string): Promise<any>;
    /** @param {string} room @returns {Promise<any>} */
    leave(room: string): Promise<any>;
}
