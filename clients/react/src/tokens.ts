/**
 * A login at a Django site of another origin: an access token, made anew before it ends.
 *
 * Kept in this tab's `sessionStorage`: a refresh token is good for one use, so two tabs that shared
 * one would end each other's login.
 */

import { Rest } from "./client/rest.js";

const KEPT_AS = "realtime-login";
/** An access token that ends this soon is made anew, in milliseconds. */
const SPARE_MS = 30_000;

interface Pair {
  access: string;
  refresh: string;
}

export interface Tokens {
  /** For `token` of a provider. Rejects when the login has ended. */
  get: () => Promise<string>;
  /** Forgets it here, and ends it at the server with all its sockets. */
  logOut: () => Promise<void>;
}

/** @param api of the Django site, as in `"https://site.example/api"` */
export async function logIn(api: string, username: string, password: string): Promise<Tokens> {
  const pair = await anonymous(api).write("POST", "/auth/token", { body: { username, password } });
  return keep(api, pair);
}

/** The login of this tab before it was loaded again, if there was one. */
export function restore(api: string): Tokens | null {
  const kept = sessionStorage.getItem(KEPT_AS);
  return kept ? keep(api, JSON.parse(kept)) : null;
}

/** What is asked for by this needs no identity. */
const anonymous = (api: string) => new Rest({ csrf: "", base: api });

function keep(api: string, first: Pair): Tokens {
  let pair: Promise<Pair> = Promise.resolve(first);
  const store = (next: Pair) => {
    sessionStorage.setItem(KEPT_AS, JSON.stringify(next));
    return next;
  };
  store(first);
  const refresh = async ({ refresh }: Pair) =>
    store(await anonymous(api).write("POST", "/auth/token/refresh", { body: { refresh } }));
  // All that ask at the same time wait for one answer; after a failure the next one tries again.
  const get = async () => {
    const before = pair;
    const now = await before;
    if (endsAt(now.access) - Date.now() > SPARE_MS) return now.access;
    if (pair === before) {
      pair = refresh(now);
      pair.catch(() => (pair = before));
    }
    return (await pair).access;
  };
  const logOut = async () => {
    sessionStorage.removeItem(KEPT_AS);
    const { refresh } = await pair;
    await new Rest({ csrf: "", base: api, token: get }).write("POST", "/auth/logout", { body: { refresh } });
  };
  return { get, logOut };
}

/** When a token ends, in milliseconds. */
function endsAt(token: string): number {
  const [, claims = ""] = token.split(".");
  return JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/"))).exp * 1_000;
}
