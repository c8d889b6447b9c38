/**
 * The place in the log up to which this page has everything.
 *
 * The cursor itself is opaque and only handed back. What was already applied is known by `seq`,
 * which durable frames carry: a frame that comes twice is applied once.
 */
export declare class Position {
    #private;
    /** @param {string | null} [cursor] the one that the server printed into the page */
    constructor(cursor?: string | null);
    /** @returns {string | null} */
    get cursor(): string | null;
    /**
     * Whether a frame still has to be applied; ephemeral ones always have.
     *
     * @param {{seq?: string}} frame
     */
    isNew(frame: {
        seq?: string;
    }): boolean;
    /**
     * Go on to a frame or answer, after it was applied.
     *
     * @param {{seq?: string, cursor?: string | null}} frame
     */
    moveTo({ seq, cursor }: {
        seq?: string;
        cursor?: string | null;
    }): void;
    /** @param {bigint} seq up to which, whatever comes, it is here already */
    raise(seq: bigint): void;
    /**
     * Begin anew where the log was lost or trimmed: numbers seen before mean nothing now.
     *
     * @param {string} cursor
     */
    restart(cursor: string): void;
}
