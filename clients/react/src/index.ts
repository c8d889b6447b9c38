"use client";

/** Everything that the package offers. */

export { applyEvent } from "./applyEvent.js";
export { LikeButton, type LikeButtonProps } from "./LikeButton.js";
export { NewPostNotification, type NewPostNotificationProps } from "./NewPostNotification.js";
export {
  type Realtime,
  RealtimeProvider,
  type RealtimeProviderProps,
  useRealtime,
} from "./RealtimeProvider.js";
export type { ConnectionOptions } from "./session.js";
export { type Tokens, logIn, restore } from "./tokens.js";
export type * from "./types.js";
export {
  type OptimisticOptions,
  type OptimisticUpdate,
  type Send,
  useOptimisticUpdate,
} from "./useOptimisticUpdate.js";
export { useTyping } from "./useTyping.js";
export { type Connection, useWebSocket } from "./useWebSocket.js";
export { WebSocketMonitor } from "./WebSocketMonitor.js";
export type { Locale } from "./words.js";
