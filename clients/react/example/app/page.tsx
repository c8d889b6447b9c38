/** The one page; rendered on the server, which knows where Django is and in which language one reads. */

import { headers } from "next/headers";
import { connection } from "next/server";
import { Site } from "./site";

export default async function Page() {
  // Read for each request: one build serves any Django site.
  await connection();
  const { REALTIME_URL = "http://127.0.0.1:8000" } = process.env;
  const languages = (await headers()).get("accept-language") ?? "";
  return <Site url={REALTIME_URL} locale={languages.startsWith("ja") ? "ja" : "en"} />;
}
