/** The life of a connection: as long as its component's, told as it is, and none on a server. */

import { act, render, renderHook, screen, waitFor } from "@testing-library/react";
import { StrictMode, useEffect, version } from "react";
import { hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { beforeEach, expect, test, vi } from "vitest";
import {
  LikeButton,
  NewPostNotification,
  RealtimeProvider,
  useRealtime,
  useTyping,
  useWebSocket,
  WebSocketMonitor,
} from "../dist/index.js";
import { happens, newPost, newServer, Wire } from "./server.js";

const URL_ = "ws://site.example/ws/";
const open = () => Wire.all.filter(({ readyState }) => readyState === 1);
const Says = () => <p>{useWebSocket().state}</p>;

beforeEach(() => {
  newServer();
});

test("these tests are of the React that they say", ({ task }) => {
  expect(`react ${version}`).toContain((task.file as any).projectName);
});

test("a hook connects when it is mounted and ends its connection when it is unmounted", async () => {
  const heard: string[] = [];
  const { result, unmount } = renderHook(() =>
    useWebSocket({
      url: URL_,
      onConnect: ({ user }) => heard.push(`connect ${user?.username}`),
      onDisconnect: ({ code }) => heard.push(`disconnect ${code}`),
    }),
  );
  expect(result.current).toMatchObject({ isConnected: false, isReconnecting: false, state: "closed" });
  await waitFor(() => expect(result.current.isConnected).toBe(true));
  expect(result.current.transport).toBe("websocket");
  unmount();
  expect(open()).toEqual([]);
  expect(heard).toEqual(["connect aiko"]);
});

test("Strict Mode opens one socket and hears each event once", async () => {
  const heard: string[] = [];
  function Listens() {
    const { subscribe } = useRealtime();
    useEffect(() => subscribe("post:created", ({ post }) => heard.push(post.id)), [subscribe]);
    return null;
  }
  render(
    <StrictMode>
      <RealtimeProvider url={URL_}>
        <Listens />
        <Says />
      </RealtimeProvider>
    </StrictMode>,
  );
  await screen.findByText("open");
  await happens("post:created", { post: newPost("p1") });
  expect(heard).toEqual(["p1"]);
  expect(Wire.all).toHaveLength(1);
});

test("without autoConnect nothing is opened until it is asked for", async () => {
  const { result } = renderHook(() => useWebSocket({ url: URL_, autoConnect: false }));
  await act(() => new Promise((done) => setTimeout(done, 5)));
  expect(Wire.all).toEqual([]);
  act(() => result.current.connect());
  await waitFor(() => expect(result.current.isConnected).toBe(true));
  act(() => result.current.disconnect());
  expect(result.current.state).toBe("closed");
  expect(open()).toEqual([]);
});

test("what is rendered on a server connects nowhere, and goes on in the browser without a mismatch", async () => {
  const Thread = () => <i>{useTyping("p1").typingUsers.length}</i>;
  const page = (
    <RealtimeProvider url="/ws/" locale="ja">
      <Says />
      <Thread />
      <LikeButton post={newPost("p1", { likeCount: 3 })} />
      <NewPostNotification onShow={() => {}} />
      <WebSocketMonitor />
    </RealtimeProvider>
  );
  const browser = globalThis.window;
  vi.stubGlobal("window", undefined);
  const html = renderToString(page);
  vi.stubGlobal("window", browser);
  expect(html).toContain("<p>closed</p>");
  expect(html).toContain("<span>3</span>");
  expect(html).toContain("ポーリングのみ");
  expect(Wire.all).toEqual([]);
  const place = document.createElement("div");
  document.body.append(place);
  place.innerHTML = html;
  const wrong: unknown[] = [];
  const told = vi.spyOn(console, "error").mockImplementation((...words) => wrong.push(words));
  const root = await act(async () => hydrateRoot(place, page, { onRecoverableError: (e) => wrong.push(e) }));
  await waitFor(() => expect(place.textContent).toContain("open"));
  told.mockRestore();
  expect(wrong).toEqual([]);
  act(() => root.unmount());
  place.remove();
  expect(open()).toEqual([]);
});

test("two providers have a connection each, and a component has that of the nearest", async () => {
  render(
    <RealtimeProvider url={URL_}>
      <Says />
      <RealtimeProvider url="ws://other.example/ws/" autoConnect={false}>
        <Says />
      </RealtimeProvider>
    </RealtimeProvider>,
  );
  await screen.findByText("open");
  expect(screen.getByText("closed")).toBeTruthy();
  expect(Wire.all.map(({ url }) => url)).toEqual([URL_]);
});

test("another url is another connection, and the first one ends", async () => {
  const page = (url: string) => <RealtimeProvider url={url}><Says /></RealtimeProvider>;
  const { rerender } = render(page(URL_));
  await screen.findByText("open");
  rerender(page("ws://other.example/ws/"));
  await waitFor(() => expect(open().map(({ url }) => url)).toEqual(["ws://other.example/ws/"]));
});

test("a token goes by the first frame, from the latest rendering, and never by the address", async () => {
  Wire.needsToken = true;
  const page = (token: string) => (
    <RealtimeProvider url={URL_} token={async () => token} reconnectionDelay={1}><Says /></RealtimeProvider>
  );
  const { rerender } = render(page("first"));
  await screen.findByText("open");
  expect(Wire.last.sent[0]).toMatchObject({ type: "auth", payload: { token: "first" } });
  rerender(page("second"));
  await act(async () => Wire.last.drop());
  await waitFor(() => expect(Wire.all).toHaveLength(2));
  await waitFor(() => expect(Wire.last.sent[0]).toMatchObject({ payload: { token: "second" } }));
  expect(Wire.all.map(({ url }) => url)).toEqual([URL_, URL_]);
});

test("a lost connection is told, comes back from its cursor, and its rooms are joined again", async () => {
  const { result } = renderHook(() =>
    useWebSocket({ url: URL_, rooms: ["post:p1"], reconnectionDelay: 1 }),
  );
  await waitFor(() => expect(result.current.isConnected).toBe(true));
  await happens("post:created", { post: newPost("p1") });
  act(() => Wire.last.drop());
  expect(result.current).toMatchObject({ isConnected: false, isReconnecting: true });
  await waitFor(() => expect(result.current.isConnected).toBe(true));
  const { searchParams } = new URL(Wire.last.url);
  expect(searchParams.get("cursor")).toBe("0.1");
  expect(searchParams.get("rooms")).toBe("post:p1");
});

test("after reconnectionAttempts that failed it gives up and says so", async () => {
  const wrong: string[] = [];
  const { result } = renderHook(() =>
    useWebSocket({
      url: URL_, transports: ["websocket"], reconnectionAttempts: 3, reconnectionDelay: 1,
      onError: ({ code }) => wrong.push(code),
    }),
  );
  await waitFor(() => expect(result.current.isConnected).toBe(true));
  Wire.isDown = true;
  act(() => Wire.last.drop());
  await waitFor(() => expect(wrong).toEqual(["gave_up"]));
  expect(result.current.state).toBe("closed");
  // The one that was lost, and three tries.
  expect(Wire.all).toHaveLength(4);
});

test("emit resolves with the ack, and unsubscribe ends what subscribe began", async () => {
  const { result } = renderHook(() => useWebSocket({ url: URL_ }));
  await waitFor(() => expect(result.current.isConnected).toBe(true));
  expect(await result.current.emit("notification:read", { all: true })).toEqual({ all: true });
  const handler = vi.fn();
  result.current.subscribe("post:liked", handler);
  await happens("post:liked", { postId: "p1" });
  result.current.unsubscribe("post:liked", handler);
  await happens("post:liked", { postId: "p1" });
  expect(handler).toHaveBeenCalledTimes(1);
});

test("who is online and who types is told, and the presence room is left when nobody asks", async () => {
  const { result, unmount } = renderHook(() => useRealtime(), {
    wrapper: ({ children }) => <RealtimeProvider url={URL_}>{children}</RealtimeProvider>,
  });
  await waitFor(() => expect(result.current.onlineUsers).toEqual(["u2"]));
  await act(async () => {
    Wire.last.tell("user:online", { users: [{ userId: "u3", lastSeen: null }], version: 2 });
    Wire.last.tell("user:offline", { users: [{ userId: "u2", lastSeen: "…" }], version: 3 });
    Wire.last.tell("user:typing", { userId: "u3", postId: "p1" });
  });
  expect(result.current).toMatchObject({ onlineUsers: ["u3"], typingUsers: { p1: ["u3"] }, userId: "u1" });
  await act(async () => Wire.last.tell("user:stopped_typing", { userId: "u3", postId: "p1" }));
  expect(result.current.typingUsers).toEqual({});
  unmount();
  expect(open()).toEqual([]);
});
