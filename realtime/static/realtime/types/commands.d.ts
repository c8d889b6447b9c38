/**
 * Commands on their way: each is answered once, by an ack or an error, or given up.
 *
 * What was not sent yet waits for the next connection; what was sent when the connection went is
 * refused, because nobody can know whether it was done.
 */
/** A command that was not done. */
export declare class CommandError extends Error {
    code: string;
    /** Seconds, with `rate_limited`. */
    retryAfter: number | undefined;
    /** @param {{code: string, message?: string, retryAfter?: number}} payload */
    constructor({ code, message, retryAfter }: {
        code: string;
        message?: string;
        retryAfter?: number;
    });
}
export type Command = {
    frame: {
        type: string;
        id: string;
        payload: object;
    };
    sent: boolean;
    resolve: (payload: any) => void;
    reject: (error: CommandError) => void;
    timer: ReturnType<typeof setTimeout>;
};
/**
 * @typedef {{
 *   frame: {type: string, id: string, payload: object},
 *   sent: boolean,
 *   resolve: (payload: any) => void,
 *   reject: (error: CommandError) => void,
 *   timer: ReturnType<typeof setTimeout>,
 * }} Command
 */
export declare class Commands {
    #private;
    /**
     * @param {string} type
     * @param {object} payload
     * @returns {Promise<any>} the payload of the ack
     */
    add(type: string, payload: object): Promise<any>;
    /** @param {(frame: Command["frame"]) => void} send gets each command that is not out yet */
    flush(send: (frame: Command["frame"]) => void): void;
    /**
     * @param {{type: string, id: string, payload: any}} frame
     * @returns {boolean} whether it was an answer to one of these
     */
    answer({ type, id, payload }: {
        type: string;
        id: string;
        payload: any;
    }): boolean;
    /** The connection went. */
    lost(): void;
}
