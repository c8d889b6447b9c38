/**
 * The REST side: writes that carry their own key, and errors with a code.
 *
 * The key (`op`) comes back on the events that the write causes, so that a page knows its own echo.
 */
/** What the server said no to, or "network" where it was never reached. */
export declare class RestError extends Error {
    code: string;
    status: number;
    /**
     * @param {string} code a code of docs/protocol.md, or "network"
     * @param {string} message
     * @param {number} status 0 where there was no answer
     */
    constructor(code: string, message: string, status: number);
}
/** @returns {string} a new key for one write */
export declare function newOperation(): string;
export declare class Rest {
    #private;
    /**
     * @param {{csrf: string, base?: string, token?: () => Promise<string>}} options `token`: an access
     *   token for each request, in place of the session's cookie
     */
    constructor({ csrf, base, token }: {
        csrf: string;
        base?: string;
        token?: () => Promise<string>;
    });
    /**
     * @param {string} path below the base, with its query
     * @returns {Promise<any>}
     */
    get(path: string): Promise<any>;
    /** Nobody waits for what is read any more: the page is being left, or the login ended. */
    stop(): void;
    /**
     * @param {"POST" | "PUT" | "PATCH" | "DELETE"} method
     * @param {string} path
     * @param {{body?: object, op?: string}} [options]
     * @returns {Promise<any>} the answer, null where it has no body
     */
    write(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, { body, op }?: {
        body?: object;
        op?: string;
    }): Promise<any>;
}
