/** The last script of a page: all who listen are there, so now it connects. */

import { client } from "./live.js";
import { updates } from "./updates.js";

client.connect();
updates.restore();
