/**
 * Who is online: a snapshot, then the changes that are newer than it.
 *
 * Pure. Snapshots and changes may cross on their way: a change that came before the snapshot it
 * is newer than still counts, one that the snapshot knows does not.
 */

/** Changes that are remembered for a snapshot that is late. */
const MAX_EARLY = 50;

/** @typedef {{isOnline: boolean, users: string[], version: number}} Change */

export class Roll {
  /** @type {Set<string>} in the order in which they came */
  #online = new Set();
  #version = -1;
  /** @type {Change[]} */
  #latest = [];

  /** @returns {string[]} */
  get users() {
    return [...this.#online];
  }

  /** @param {string} user */
  has(user) {
    return this.#online.has(user);
  }

  /**
   * @param {string[]} users
   * @param {number} [version] without it whatever follows is newer
   */
  reset(users, version) {
    this.#online = new Set(users);
    this.#version = version ?? -1;
    const newer = version === undefined ? [] : this.#latest.filter((one) => one.version > version);
    this.#latest = [];
    for (const change of newer) this.apply(change);
  }

  /** @param {Change} change @returns {boolean} whether it was news */
  apply(change) {
    if (change.version <= this.#version) return false;
    this.#version = change.version;
    this.#latest = [...this.#latest, change].slice(-MAX_EARLY);
    for (const user of change.users) {
      if (change.isOnline) this.#online.add(user);
      else this.#online.delete(user);
    }
    return true;
  }
}
