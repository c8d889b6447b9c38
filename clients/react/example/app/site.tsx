"use client";

/** Who one is, what there is to read, and from where on it is live: in this order. */

import {
  type Locale,
  logIn,
  type Post,
  RealtimeProvider,
  restore,
  type Tokens,
  type User,
} from "django-realtime-react";
import { type FormEvent, useEffect, useState } from "react";
import { Feed } from "./feed";
import { words } from "./words";

export interface Page {
  results: Post[];
  cursor: string;
}

interface Login {
  tokens: Tokens;
  user: User;
  page: Page;
}

export function Site({ url, locale }: { url: string; locale: Locale }) {
  const api = `${url}/api`;
  const [login, setLogin] = useState<Login | null>(null);
  useEffect(() => {
    const tokens = restore(api);
    if (tokens) enter(api, tokens).then(setLogin, () => {});
  }, [api]);
  if (!login) {
    const submit = async (username: string, password: string) =>
      setLogin(await enter(api, await logIn(api, username, password)));
    return <LogIn locale={locale} submit={submit} />;
  }
  const { tokens, user, page } = login;
  const leave = async () => {
    setLogin(null);
    await tokens.logOut();
  };
  return (
    <RealtimeProvider
      url={`${url.replace(/^http/, "ws")}/ws/`}
      token={tokens.get}
      user={user.id}
      cursor={page.cursor}
      locale={locale}
      // The login has ended, here or elsewhere.
      onError={({ code }) => code === "closed" && setLogin(null)}
    >
      <Feed page={page} user={user} locale={locale} onLeave={leave} />
    </RealtimeProvider>
  );
}

/** What is shown comes with its place in the log: from there on the connection tells the rest. */
async function enter(api: string, tokens: Tokens): Promise<Login> {
  const read = async (path: string) => {
    const headers = { Authorization: `Bearer ${await tokens.get()}` };
    const answer = await fetch(api + path, { headers });
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.json();
  };
  const [user, page] = await Promise.all([read("/users/me"), read("/posts")]);
  return { tokens, user, page };
}

interface LogInProps {
  locale: Locale;
  submit: (username: string, password: string) => Promise<void>;
}

function LogIn({ locale, submit }: LogInProps) {
  const word = words[locale];
  const [wrong, setWrong] = useState("");
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    try {
      await submit(String(form.get("username")), String(form.get("password")));
    } catch (error) {
      setWrong(`${word.wrong} ${error instanceof Error ? error.message : error}`);
    }
  };
  return (
    <main className="entry">
      <form onSubmit={send} className="card">
        <h1>Realtime</h1>
        <label>{word.username}<input name="username" autoComplete="username" required /></label>
        <label>
          {word.password}
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {wrong && <p role="alert">{wrong}</p>}
        <button>{word.logIn}</button>
      </form>
    </main>
  );
}
