/**
 * Several tabs, one connection: each tab gets what its rooms bring, and the answers to its own
 * commands. A page that shares nothing has an exchange of its own, with one tab.
 *
 * It runs in a shared worker, or in one of the tabs; `docs/decisions/006` says how it is done.
 */
export type Line = {
    post: (message: any) => void;
    hear: (message: any) => void;
    close?: () => void;
};
export type Means = import("./connection.js").Means;
export type Place = import("./connection.js").Place;
export type Tab = {
    id: number;
    rooms: Set<string>;
    joins: Map<string, string>;
    hasToken: boolean;
};
export type Attach = {
    place: Place;
    cursor: string | null;
    rooms: string[];
    lock?: string;
    hasToken: boolean;
};
/** @param {MessagePort} port @returns {Line} */
export declare function overPort(port: MessagePort): Line;
export declare class Exchange {
    #private;
    /** @param {Means} [means] @param {LockManager} [locks] by which a tab that was killed is noticed */
    constructor(means?: Means, locks?: LockManager);
    /** @param {Line} line to a tab */
    add(line: Line): void;
    /** End it; the tabs are not told, another exchange takes them over. */
    stop(): void;
}
