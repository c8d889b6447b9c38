/** What the example itself says. */

import type { Locale } from "django-realtime-react";

const en = {
  username: "Username",
  password: "Password",
  logIn: "Log in",
  logOut: "Log out",
  wrong: "That did not work:",
  write: "What is happening?",
  post: "Post",
  comment: "Write a comment",
  send: "Send",
  comments: (n: number) => (n === 1 ? "1 comment" : `${n} comments`),
  typing: (names: string) => `${names} is writing…`,
  online: "Online now",
  nobody: "Nobody else",
  open: "Live",
  reconnecting: "Reconnecting…",
  fallback: "Live, by a detour",
  closed: "Not connected",
};

const ja: typeof en = {
  username: "ユーザー名",
  password: "パスワード",
  logIn: "ログイン",
  logOut: "ログアウト",
  wrong: "できませんでした：",
  write: "いま何が起きていますか？",
  post: "投稿する",
  comment: "コメントを書く",
  send: "送信",
  comments: (n) => `コメント${n}件`,
  typing: (names) => `${names}さんが入力中…`,
  online: "オンライン",
  nobody: "ほかに誰もいません",
  open: "ライブ",
  reconnecting: "再接続中…",
  fallback: "迂回してライブ",
  closed: "未接続",
};

export const words: Record<Locale, typeof en> = { en, ja };
