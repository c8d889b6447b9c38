/**
 * What the server says of itself, and what it can be asked for.
 *
 * Written by `manage.py protocol` from the classes of the server: change those, not this.
 */

/** What a site adds; its own types take the place of this. */
export interface AnySite {
  events: { [type: string]: any };
  commands: { [type: string]: { payload: any; answer: any } };
  room: string;
  user: any;
}

/** Under `"*"` a client tells of every frame. */
export type AnyFrame = { "*": any };

/** Who I am, and where I was; the first time `connect` follows. */
export interface Auth {
  /** An access token. */
  token: string;
  /** Go on from here; read the first time alone, as `rooms`. */
  cursor?: string | null;
  rooms?: string[];
}

/** Who you are is known. */
export interface Authenticated {
  /** Seconds. */
  expiresIn: number;
}

/** The close with this code follows. */
export interface Bye {
  code: CloseCode;
  reason: string;
  /** Seconds over which those who come back spread themselves; null where none need to. */
  retryAfter: number | null;
}

/** Why a socket was closed; the hundreds tell the client what to do next. */
export type CloseCode = 1009 | 4000 | 4001 | 4003 | 4009 | 4100 | 4103 | 4200 | 4202 | 4203 | 4205;

/** The first frame, once the server knows who you are. */
export interface Connect<User> {
  connectionId: string;
  user: User;
  /** The one given, else where the live events begin. */
  cursor: string;
  /** Those joined already, without the `following:` ones. */
  rooms: string[];
  /** Seconds. */
  heartbeatInterval: number;
  /** The version of this protocol. */
  protocol: number;
}

/** What was wrong with a frame, or with what it asked for. */
export type ErrorCode = "forbidden" | "internal" | "invalid_frame" | "invalid_json" | "not_found" | "rate_limited" | "server_only" | "suspended" | "too_many_rooms" | "unauthenticated" | "unknown_room" | "unknown_type";

/** Your token or session ends in so many seconds; an `auth` with a fresh token goes on. */
export interface Expiring {
  in: number;
}

/** A frame from the server, whichever it is. */
export interface Frame {
  type: string;
  payload: any;
  /** The `id` of the client's frame that this one answers. */
  id?: string;
  /** A durable event's place in the log, a decimal string. */
  seq?: string;
  /** The position behind that event: keep it once you have applied the event. */
  cursor?: string;
  /** All rooms that the event went to, the same for every reader. */
  rooms?: string[];
  /** When the event was numbered; of other frames, when it was sent. */
  ts?: string;
  /** The `Idempotency-Key` of the write that caused it, by which its author knows the echo. */
  op?: string;
}

/** A frame was wrong, or could not be carried out. */
export interface FrameError {
  /** For programs; a table of its own lists them. */
  code: ErrorCode;
  /** What is wrong and where, for people. */
  message: string;
  /** Seconds, with `rate_limited`. */
  retryAfter?: number;
}

/** The server is alive: every `heartbeatInterval` seconds; answer with one. */
export interface Heartbeat {
  ts: string;
  /** Up to where this socket is complete. */
  cursor: string;
}

/** You are in the room. */
export interface Joined {
  /** As its name is kept. */
  room: string;
  /** From where on its events come. */
  cursor: string;
  /** Of `presence`: who is online, at most 1,000. */
  onlineUsers?: string[];
  /** Of `presence`: the list's. */
  version?: number;
}

/** You are in the room no more. */
export interface Left {
  /** As its name is kept. */
  room: string;
}

/** I am alive. It is answered only with an `id`. */
export interface Nothing {
}

/** A room, by its name. */
export interface RoomCommand {
  room: string;
}

/** You are in one more room, without your asking. */
export interface RoomJoined {
  room: string;
  reason: string;
}

/** You are in a room no more, without your asking. */
export interface RoomLeft {
  room: string;
  reason: string;
}

/** What came after this cursor? */
export interface SyncRequest {
  cursor: string;
  /** Of these alone; else of all that the socket is in. */
  rooms?: string[] | null;
  limit?: number;
}

/** A page of what you may see now, oldest first: to `sync:request`, or after a `connect`. */
export interface SyncResponse {
  /** Frames of events, as they would have come live. */
  events: Frame[];
  /** Where to go on from. */
  cursor: string;
  /** Whether that is all; if not, more follow, or are to be asked for. */
  complete: boolean;
  /** Why the log cannot continue from the cursor given; then fetch afresh. */
  reset: "ahead" | "epoch" | "too_far" | "trimmed" | null;
  unreadCount: number;
  /** For a socket in the room that tells who is online. */
  onlineUsers?: string[];
}

/** Payloads of frames that are no events, by their type. */
export type ControlFrames<User> = {
  "connect": Connect<User>;
  "error": FrameError;
  "sync:response": SyncResponse;
  "room:joined": RoomJoined;
  "room:left": RoomLeft;
  "auth:expiring": Expiring;
  "bye": Bye;
  "heartbeat": Heartbeat;
};

/** Every socket takes these. */
export type EngineCommands = {
  "auth": { payload: Auth; answer: Authenticated };
  "heartbeat": { payload: Nothing; answer: Heartbeat };
  "room:join": { payload: RoomCommand; answer: Joined };
  "room:leave": { payload: RoomCommand; answer: Left };
  "sync:request": { payload: SyncRequest; answer: SyncResponse };
};
