/** The reader's language, as their browser asks for it; on the server. */

import type { Locale } from "django-realtime-react";
import { headers } from "next/headers";

export async function localeOf(): Promise<Locale> {
  const languages = (await headers()).get("accept-language") ?? "";
  return languages.startsWith("ja") ? "ja" : "en";
}
