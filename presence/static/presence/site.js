/** Who is here, on every page: dots at their faces, a list at the side, and who is typing. */

import { OnlineList } from "./online-list.js";
import { startDots } from "./online.js";
import { TypingLine } from "./typing-line.js";

startDots();
customElements.define("online-list", OnlineList);
customElements.define("typing-line", TypingLine);
