/**
 * Changes that show before the server has them, and are taken back where it refuses.
 *
 * The server's last word on an object is kept apart from one's own changes; what is shown is the
 * one with the others laid over it. So an own change counts at once and never twice, and those of
 * others show through. An object's changes go out one after the other, each under a key (`op`)
 * of its own: sent again under the same key it is not done twice, and the event that it causes
 * is known as its echo. What is on its way is kept over a reload.
 */
export type State = {
    [name: string]: any;
    version?: number;
};
export type Request = {
    method: "POST" | "PUT" | "PATCH" | "DELETE";
    path: string;
    body?: object;
};
export type Kind = {
    request: (args: any) => Request;
    change?: (state: State, args: any) => State;
    replaces?: boolean;
};
export type Show = (state: State, isPending: boolean) => void;
export type Update = {
    op: string;
    kind: string;
    key: string;
    args: any;
    at: number;
    isConfirmed?: boolean;
    isSent?: boolean;
    resolve: (answer: any) => void;
    reject: (error: any) => void;
};
export type Tracked = {
    base: State;
    queue: Update[];
    views: Set<Show>;
    isRunning: boolean;
};
/**
 * @typedef {{[name: string]: any, version?: number}} State
 * @typedef {{method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: object}} Request
 * @typedef {{
 *   request: (args: any) => Request,
 *   change?: (state: State, args: any) => State,
 *   replaces?: boolean,
 * }} Kind `change`: the state as it will probably be, the same object where nothing changes;
 *   `replaces`: a later change of this kind makes an earlier one that is not sent yet superfluous
 * @typedef {(state: State, isPending: boolean) => void} Show
 * @typedef {{
 *   op: string, kind: string, key: string, args: any, at: number,
 *   isConfirmed?: boolean, isSent?: boolean,
 *   resolve: (answer: any) => void, reject: (error: any) => void,
 * }} Update
 * @typedef {{base: State, queue: Update[], views: Set<Show>, isRunning: boolean}} Tracked
 */
export declare class OptimisticUpdates {
    #private;
    /**
     * @param {{
     *   send: (request: Request, op: string) => Promise<any>,
     *   storage?: Storage | null,
     *   name?: string,
     *   wait?: (attempt: number) => Promise<void>,
     *   onRefused?: (error: any, update: Update) => void,
     * }} options `storage` keeps what is on its way, under `name`; `onRefused` is told of what
     *   failed for good, with an error that has `status` and `code`
     */
    constructor({ send, storage, name, wait, onRefused }: {
        send: (request: Request, op: string) => Promise<any>;
        storage?: Storage | null;
        name?: string;
        wait?: (attempt: number) => Promise<void>;
        onRefused?: (error: any, update: Update) => void;
    });
    /** @param {string} name @param {Kind} kind */
    define(name: string, kind: Kind): void;
    /**
     * Show an object from now on, one's own changes included.
     *
     * @param {string} key
     * @param {State} base what the server says of it
     * @param {Show} show
     * @returns {() => void} ends it
     */
    track(key: string, base: State, show: Show): () => void;
    /**
     * The server's word, of all of the object or a part; what is older than the last is passed over.
     *
     * @param {string} key
     * @param {State | ((base: State) => State)} news
     * @param {string} [op] whose echo it is
     */
    rebase(key: string, news: State | ((base: State) => State), op?: string): void;
    /** @param {string} [op] @returns {boolean} whether it is one of those under way here */
    has(op?: string): boolean;
    /** The server has it: what is shown has it already. @param {string} op */
    confirm(op: string): void;
    /** @param {string} key @returns {State | undefined} what is shown of an object */
    state(key: string): State | undefined;
    /**
     * Change an object, for the reader at once, and tell the server.
     *
     * @param {string} kind
     * @param {string} key the object; what has the same key goes out in this order
     * @param {any} args plain data
     * @param {string} [op]
     * @returns {Promise<any>} the answer; null where none was needed. Rejects with what was wrong
     */
    add(kind: string, key: string, args: any, op?: string): Promise<any>;
    /** Send again what was on its way when the page was left; call it when the page is there. */
    restore(): void;
}
