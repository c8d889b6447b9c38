/** What the server tells and takes: the types that are written from its classes, open to a site's own. */

import type { RealtimeClient } from "./client/client.js";
import type { Commands as OurCommands, Events as OurEvents, User } from "./site.js";

export type { State, Transport } from "./client/client.js";
export type { Frame } from "./client/protocol.js";
export type { Comment, Notification, Post, User } from "./site.js";

/** Payloads of events by their type. A site adds its own: `declare module "django-realtime-react"`. */
export interface Events extends OurEvents {}

/** `{payload, answer}` of commands by their type; a site adds to them likewise. */
export interface Commands extends OurCommands {}

export type Site = {
  events: { [Type in keyof Events]: Events[Type] };
  commands: { [Type in keyof Commands]: Commands[Type] };
  room: string;
  user: User;
};

export type Client = RealtimeClient<Site>;

export interface Trouble {
  code: string;
  message: string;
}
