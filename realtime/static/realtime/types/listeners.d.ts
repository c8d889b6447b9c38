/** Who wants to hear what: handlers by event type, called in the order in which they came. */
export type Handler = (payload: any, frame: any) => void;
/** @typedef {(payload: any, frame: any) => void} Handler */
export declare class Listeners {
    #private;
    /**
     * @param {string} type an event's type, or "*" for every frame
     * @param {Handler} handler
     * @returns {() => void} takes the handler away again
     */
    on(type: string, handler: Handler): () => void;
    /**
     * @param {string} type
     * @param {Handler} handler
     */
    off(type: string, handler: Handler): void;
    /**
     * @param {string} type
     * @param {any} payload
     * @param {any} [frame] the whole frame, where there is one
     */
    tell(type: string, payload: any, frame?: any): void;
}
