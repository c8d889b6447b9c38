/**
 * One WebSocket from its opening to its end, which is told exactly once.
 *
 * A socket whose network has gone says nothing: silence beyond what was agreed is an end too.
 * Nothing here knows cursors or rooms; that is `connection.js`.
 */
export declare class Socket {
    #private;
    /**
     * @param {string} url
     * @param {{
     *   onOpen: () => void,
     *   onFrame: (frame: any) => void,
     *   onEnd: (code: number) => void,
     *   WebSocket?: typeof globalThis.WebSocket,
     * }} options
     */
    constructor(url: string, { onOpen, onFrame, onEnd, WebSocket }: {
        onOpen: () => void;
        onFrame: (frame: any) => void;
        onEnd: (code: number) => void;
        WebSocket?: typeof globalThis.WebSocket;
    });
    /** @param {object} frame */
    send(frame: object): void;
    /** End it from here; `onEnd` is not called. */
    close(): void;
    /** @param {number} milliseconds of silence after which it counts as lost */
    expectSignsEvery(milliseconds: number): void;
    /** Ask for a sign of life, soon: after a sleep or a change of network. */
    probe(): void;
    /** @param {number} code */
    end(code: number): void;
}
