/** What the components say, in English and Japanese. */

import { useContext } from "react";
import { Context } from "./context.js";

export type Locale = "en" | "ja";

const en = {
  newOne: "1 new post",
  newMany: (n: number | string) => `${n} new posts`,
  like: "Like",
  likes: (n: number) => (n === 1 ? "1 like" : `${n} likes`),
  monitor: "Connection monitor",
  state: "State",
  transport: "Transport",
  latency: "Latency",
  rate: "Events per second",
  frames: "Last events",
  none: "Nothing yet",
  cut: "Cut the connection",
  force: "Polling only",
};

const ja: typeof en = {
  newOne: "1件の新着投稿",
  newMany: (n) => `${n}件の新着投稿`,
  like: "いいね",
  likes: (n) => `いいね${n}件`,
  monitor: "接続モニター",
  state: "状態",
  transport: "通信方式",
  latency: "往復時間",
  rate: "毎秒のイベント数",
  frames: "最近のイベント",
  none: "まだありません",
  cut: "接続を切る",
  force: "ポーリングのみ",
};

/** In the provider's language. */
export function useWords(): typeof en {
  return useContext(Context)?.locale === "ja" ? ja : en;
}
