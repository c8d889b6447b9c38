/** What a provider hands down. */

import { createContext } from "react";
import type { Session } from "./session.js";
import type { Locale } from "./words.js";

export interface Provided {
  session: Session | null;
  locale: Locale;
  /** The reader's id, where it is known. */
  userId: string | null;
}

export const Context = createContext<Provided | null>(null);
