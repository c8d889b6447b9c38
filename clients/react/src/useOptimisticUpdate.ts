/**
 * A change that shows before the server has it, and is taken back where it refuses.
 *
 * The server's word and one's own changes are kept apart, so that what others do meanwhile shows
 * through and nothing counts twice; `optimistic.js` of the client says how.
 */

import { useCallback, useContext, useId, useMemo, useState, useSyncExternalStore } from "react";
import type { OptimisticUpdates, Request } from "./client/optimistic.js";
import { Context } from "./context.js";
import { newUpdates } from "./session.js";

export interface OptimisticOptions {
  /** The same for all components that show the same object; else this component's own. */
  key?: string;
}

/** A request of the provider's REST side; or a function that sends with `op` as Idempotency-Key. */
export type Send = Request | ((op: string) => Promise<unknown>);

export interface OptimisticUpdate<T extends object> {
  /** The server's word with one's own changes over it. */
  data: T;
  /** The server's word, of all or a part; older than the last by `version`, it is passed over. `op`: whose echo it is. */
  setData: (news: Partial<T> | ((data: T) => Partial<T>), op?: string) => void;
  isUpdating: boolean;
  /**
   * Shows `change` at once and sends it, tried again where the network fails.
   *
   * Resolves with the answer, whose fields become part of `data`; rejects when it was taken back.
   * `replaces`: the last of several counts, those not sent yet are dropped.
   */
  optimisticUpdate: (
    change: Partial<T> | ((data: T) => T),
    send: Send,
    how?: { replaces?: boolean },
  ) => Promise<any>;
}

export function useOptimisticUpdate<T extends object>(
  initial: T,
  options: OptimisticOptions = {},
): OptimisticUpdate<T> {
  const own = useId();
  const key = options.key ?? own;
  const provided = useContext(Context)?.session?.updates;
  const [alone] = useState(newUpdates);
  const updates = provided ?? alone;
  const view = useMemo(() => new View<T>(updates, key, initial), [updates, key]);
  const { data, isUpdating } = useSyncExternalStore(view.subscribe, view.shown, view.shown);
  const setData = useCallback<OptimisticUpdate<T>["setData"]>(
    (news, op) => updates.rebase(key, news as object, op),
    [updates, key],
  );
  const optimisticUpdate = useCallback<OptimisticUpdate<T>["optimisticUpdate"]>(
    (change, request, { replaces = false } = {}) => {
      const apply = typeof change === "function" ? change : (data: T) => ({ ...data, ...change });
      return updates.add(replaces ? "replacement" : "change", key, { change: apply, request });
    },
    [updates, key],
  );
  return { data, setData, isUpdating, optimisticUpdate };
}

/** What is shown of an object, the same until it changes. */
class View<T extends object> {
  #updates;
  #key;
  /** The server's word, as far as it was seen without one's own changes. */
  #base: T;
  #shown: { data: T; isUpdating: boolean };

  constructor(updates: OptimisticUpdates, key: string, initial: T) {
    this.#updates = updates;
    this.#key = key;
    this.#base = initial;
    this.#shown = { data: (updates.state(key) as T) ?? initial, isUpdating: false };
  }

  readonly shown = () => this.#shown;

  readonly subscribe = (changed: () => void) =>
    this.#updates.track(this.#key, this.#base, (data, isUpdating) => {
      if (!isUpdating) this.#base = data as T;
      this.#shown = { data: data as T, isUpdating };
      changed();
    });
}
