/** The last script of a page: all who listen are there, so now it connects. */

import { goLive } from "./live.js";
import { updates } from "./updates.js";

goLive();
updates.restore();
