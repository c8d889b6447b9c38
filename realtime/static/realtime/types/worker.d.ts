/** The shared worker: an exchange for all tabs of one user, as long as one of them is open. */
export {};
