/** Notifications on every page: the bell's count, toasts, and the list where it is open. */

import { startBell } from "./bell.js";
import { NotificationList } from "./notification-list.js";

startBell();
customElements.define("notification-list", NotificationList);
