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
import type { AnyFrame, AnySite, Connect, ControlFrames, EngineCommands, Frame } from "./protocol.js";
export type Handler = import("./listeners.js").Handler;
export type Server<User> = Omit<ControlFrames<User>, "connect"> & {
    connect: Partial<Connect<User>>;
} & AnyFrame;
export type LocalEvents = {
    disconnect: {
        code: number;
    };
    reconnect: {
        attempt: number;
    };
    state: {
        state: State;
    };
    transport: {
        transport: Transport | null;
    };
    reset: {
        reset: string;
        cursor: string;
    };
};
export type Told<Site extends AnySite> = Site["events"] & Server<Site["user"]> & LocalEvents;
export type Asked<Site extends AnySite> = Site["commands"] & EngineCommands;
export type State = import("./connection.js").State;
export type Transport = import("./connection.js").Transport;
/** @template {AnySite} [Site=AnySite] the types of a site: `clients/protocol/site.d.ts` has ours */
export declare class RealtimeClient<Site extends AnySite = AnySite> {
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
    /**
     * @template {keyof Told<Site> & string} Type
     * @param {Type} type an event's type
     * @param {(payload: Told<Site>[Type], frame: Frame) => void} handler
     * @returns {() => void} takes the handler away again
     */
    on<Type extends keyof Told<Site> & string>(type: Type, handler: (payload: Told<Site>[Type], frame: Frame) => void): () => void;
    /**
     * @template {keyof Told<Site> & string} Type
     * @param {Type} type
     * @param {(payload: Told<Site>[Type], frame: Frame) => void} handler
     */
    off<Type extends keyof Told<Site> & string>(type: Type, handler: (payload: Told<Site>[Type], frame: Frame) => void): void;
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
     * @template {keyof Asked<Site> & string} Type
     * @param {Type} type
     * @param {Asked<Site>[Type]["payload"]} [payload]
     * @param {{debounce?: boolean, batch?: boolean}} [options] `debounce`: of several of this type
     *   within 300 ms only the last; `batch`: together with what else is sent in this moment
     * @returns {Promise<Asked<Site>[Type]["answer"]>} the payload of the ack; rejects with a CommandError
     */
    emit<Type extends keyof Asked<Site> & string>(type: Type, payload?: Asked<Site>[Type]["payload"], { debounce, batch }?: {
        debounce?: boolean;
        batch?: boolean;
    }): Promise<Asked<Site>[Type]["answer"]>;
    /** @param {Site["room"]} room @returns {Promise<EngineCommands["room:join"]["answer"]>} */
    join(room: Site["room"]): Promise<EngineCommands["room:join"]["answer"]>;
    /** @param {Site["room"]} room @returns {Promise<EngineCommands["room:leave"]["answer"]>} */
    leave(room: Site["room"]): Promise<EngineCommands["room:leave"]["answer"]>;
}
