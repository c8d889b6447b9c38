/** Changes before the server has them: rolled back, rebased, counted once; and the components. */

import { act, fireEvent, render, renderHook, screen, waitFor } from "@testing-library/react";
import { StrictMode, type ReactNode } from "react";
import { beforeEach, expect, test } from "vitest";
import {
  LikeButton,
  NewPostNotification,
  RealtimeProvider,
  useOptimisticUpdate,
  useRealtime,
  WebSocketMonitor,
} from "../dist/index.js";
import { happens, ME, newPost, newServer, Wire } from "./server.js";

let server: ReturnType<typeof newServer>;

beforeEach(() => {
  server = newServer();
});

const Says = () => <p title={`it is ${useRealtime().state}`} />;

async function show(children: ReactNode, props: { locale?: "ja"; token?: () => Promise<string> } = {}) {
  const page = (
    <StrictMode>
      <RealtimeProvider url="ws://site.example/ws/" {...props}>
        <Says />
        {children}
      </RealtimeProvider>
    </StrictMode>
  );
  const view = render(page);
  await screen.findByTitle("it is open");
  return view;
}

/** An answer that is given when the test says so. */
function later() {
  let give!: (answer: [number, object]) => void;
  const answer = new Promise<[number, object]>((resolve) => (give = resolve));
  return { answer: () => answer, give: (status: number, body: object) => act(async () => give([status, body])) };
}

const likes = () => {
  const button = screen.getByRole("button", { name: "Like" });
  return [button.textContent, button.getAttribute("aria-pressed"), button.getAttribute("aria-busy")];
};

test("a change shows at once, and is taken back where the server refuses", async () => {
  const { result } = renderHook(() => useOptimisticUpdate({ name: "Aiko", version: 1 }));
  let refuse!: (error: object) => void;
  const sent: string[] = [];
  let answer!: Promise<unknown>;
  act(() => {
    answer = result.current.optimisticUpdate({ name: "Ai" }, (op) => {
      sent.push(op);
      return new Promise((_, reject) => (refuse = reject));
    });
  });
  expect(result.current).toMatchObject({ data: { name: "Ai" }, isUpdating: true });
  await act(async () => {
    refuse({ status: 403, code: "forbidden" });
    await expect(answer).rejects.toMatchObject({ code: "forbidden" });
  });
  expect(result.current).toMatchObject({ data: { name: "Aiko" }, isUpdating: false });
  expect(sent).toHaveLength(1);
});

test("what others change meanwhile shows through one's own change", async () => {
  const { result } = renderHook(() => useOptimisticUpdate({ count: 1, version: 1 }));
  let done!: (answer: object) => void;
  let answer!: Promise<unknown>;
  act(() => {
    answer = result.current.optimisticUpdate(
      (data) => ({ ...data, count: data.count + 1 }),
      () => new Promise((resolve) => (done = resolve)),
    );
  });
  expect(result.current.data.count).toBe(2);
  act(() => result.current.setData({ count: 5, version: 2 }));
  expect(result.current.data.count).toBe(6);
  act(() => result.current.setData({ count: 1, version: 1 }));
  expect(result.current.data.count).toBe(6);
  await act(async () => {
    done({ count: 6, version: 3 });
    await answer;
  });
  expect(result.current).toMatchObject({ data: { count: 6, version: 3 }, isUpdating: false });
});

test("a like counts once, whether its echo or its answer is first", async () => {
  for (const isEchoFirst of [true, false]) {
    const { answer, give } = later();
    server = newServer();
    server.answers.push(answer);
    const { unmount } = await show(<LikeButton post={newPost("p1", { likeCount: 2 })} />);
    expect(likes()).toEqual(["2", "false", "false"]);
    fireEvent.click(screen.getByRole("button", { name: "Like" }));
    expect(likes()).toEqual(["3", "true", "true"]);
    await waitFor(() => expect(server.asked).toHaveLength(1));
    expect(server.asked[0]).toMatchObject({ path: "/api/posts/p1/like", method: "POST" });
    const op = server.asked[0]!.headers["Idempotency-Key"];
    const echo = () =>
      happens("post:liked", { postId: "p1", userId: ME.id, likeCount: 3, version: 2 }, { op });
    if (isEchoFirst) await echo();
    await give(200, { likeCount: 3, isLiked: true, version: 2 });
    expect(likes()).toEqual(["3", "true", "false"]);
    await echo();
    expect(likes()).toEqual(["3", "true", "false"]);
    unmount();
  }
});

test("a refused like is taken back over what others did, and told", async () => {
  const { answer, give } = later();
  server.answers.push(answer);
  const told: string[] = [];
  await show(<LikeButton post={newPost("p1")} onError={({ code }) => told.push(code)} />);
  fireEvent.click(screen.getByRole("button", { name: "Like" }));
  await happens("post:liked", { postId: "p1", userId: "u2", likeCount: 1, version: 2 });
  expect(likes()).toEqual(["2", "true", "true"]);
  await give(403, { error: { code: "suspended", message: "…" } });
  expect(likes()).toEqual(["1", "false", "false"]);
  expect(told).toEqual(["suspended"]);
});

test("two buttons of one post show the same, and a newer post from above counts", async () => {
  const two = (likeCount: number, version: number, isThird = false) => (
    <StrictMode>
      <RealtimeProvider url="ws://site.example/ws/">
        <LikeButton post={newPost("p1", { likeCount, version })} />
        <LikeButton post={newPost("p1", { likeCount, version })} />
        {isThird && <LikeButton post={newPost("p1", { likeCount, version })} />}
      </RealtimeProvider>
    </StrictMode>
  );
  const { rerender } = render(two(0, 1));
  const both = () => screen.getAllByRole("button").map((button) => button.textContent);
  const { answer } = later();
  server.answers.push(answer);
  fireEvent.click(screen.getAllByRole("button")[0]!);
  expect(both()).toEqual(["1", "1"]);
  // One that comes while the like is on its way does not take it for the server's word.
  rerender(two(0, 1, true));
  expect(both()).toEqual(["1", "1", "1"]);
  rerender(two(7, 4));
  expect(both()).toEqual(["8", "8"]);
});

test("writes carry the token, and no cookie", async () => {
  await show(<LikeButton post={newPost("p1")} />, { token: async () => "a-token" });
  fireEvent.click(screen.getByRole("button", { name: "Like" }));
  await waitFor(() => expect(server.asked).toHaveLength(1));
  expect(server.asked[0]).toMatchObject({ headers: { Authorization: "Bearer a-token" }, credentials: "omit" });
});

test("the pill counts the posts of others, drops what is deleted, and hands over what is left", async () => {
  const shown: [string, number][][] = [];
  await show(
    <NewPostNotification onShow={(posts) => shown.push(posts.map(({ id, likeCount }) => [id, likeCount]))} />,
    { locale: "ja" },
  );
  expect(screen.queryByRole("button")).toBeNull();
  await happens("post:created", { post: newPost("p1") });
  await happens("post:created", { post: newPost("p3") });
  await happens("post:created", { post: newPost("p4", { author: ME }) });
  await happens("post:created", { post: newPost("p2") });
  expect(screen.getByRole("button").textContent).toBe("3件の新着投稿");
  await happens("post:deleted", { postId: "p1" });
  await happens("post:liked", { postId: "p2", userId: "u3", likeCount: 1, version: 2 });
  expect(screen.getByRole("button").textContent).toBe("2件の新着投稿");
  fireEvent.click(screen.getByRole("button"));
  expect(shown).toEqual([[["p3", 0], ["p2", 1]]]);
  expect(screen.queryByRole("button")).toBeNull();
});

test("the pill speaks English, of one and of many", async () => {
  await show(<NewPostNotification onShow={() => {}} accepts={({ body }) => body !== "Post p2"} />);
  await happens("post:created", { post: newPost("p1") });
  await happens("post:created", { post: newPost("p2") });
  expect(screen.getByRole("button").textContent).toBe("1 new post");
  await happens("post:created", { post: newPost("p3") });
  expect(screen.getByRole("button").textContent).toBe("2 new posts");
});

test("a post that comes back waits where it is newer than what is shown", async () => {
  await show(<NewPostNotification onShow={() => {}} newest="p5" />);
  await happens("post:updated", { post: newPost("p4", { version: 3 }) });
  expect(screen.queryByRole("button")).toBeNull();
  await happens("post:updated", { post: newPost("p6", { version: 3 }) });
  await happens("post:updated", { post: newPost("p6", { version: 4 }) });
  expect(screen.getByRole("button").textContent).toBe("1 new post");
});

test("the monitor tells the connection and its frames, and cuts it", async () => {
  await show(<WebSocketMonitor />);
  await happens("post:deleted", { postId: "p1" });
  expect(screen.getByText("post:deleted")).toBeTruthy();
  expect(screen.getByText("websocket")).toBeTruthy();
  await screen.findByText("0.2");
  fireEvent.click(screen.getByText("Cut the connection"));
  expect(screen.getByText("reconnecting")).toBeTruthy();
  expect(Wire.all).toHaveLength(1);
});
