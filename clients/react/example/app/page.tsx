/** The one page; rendered on the server, which knows where Django is. */

import { localeOf } from "./locale";
import { Site } from "./site";

export default async function Page() {
  // Read for each request, as the language is: one build serves any Django site.
  const locale = await localeOf();
  const { REALTIME_URL = "http://127.0.0.1:8000" } = process.env;
  return <Site url={REALTIME_URL} locale={locale} />;
}
