/**
 * Lines between a tab and the exchange that it shares: to a shared worker, or to the one tab that
 * leads the others.
 */
export type Line = {
    post: (message: any) => void;
    hear: (message: any) => void;
    close?: () => void;
};
/** @param {import("./connection.js").Means} means @returns {Line} to an exchange that nobody shares */
export declare function ownLine(means: import("./connection.js").Means): Line;
/**
 * @param {string} name the same for all tabs that share
 * @param {(error: unknown) => void} onBroken
 * @returns {Line} `hear` gets `{isReady}` whenever there is somebody to attach to, maybe anew
 */
export declare function sharedLine(name: string, onBroken: (error: unknown) => void): Line;
