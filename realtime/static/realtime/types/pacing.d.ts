/** Calls that may wait a little, so that fewer go out. */
export type Call = {
    run: () => Promise<any>;
    answer: Promise<any>;
    go: () => void;
    timer?: any;
};
/** @typedef {{run: () => Promise<any>, answer: Promise<any>, go: () => void, timer?: any}} Call */
export declare class Pacing {
    #private;
    /**
     * Only the last of several in quick succession is done; all get its answer.
     *
     * @param {string} key @param {() => Promise<any>} run
     */
    debounce(key: string, run: () => Promise<any>): Promise<any>;
    /**
     * All that is asked for within a moment goes out together, the same thing once.
     *
     * @param {string} key @param {() => Promise<any>} run
     */
    batch(key: string, run: () => Promise<any>): Promise<any>;
}
