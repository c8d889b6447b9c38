// The plain `ws` package: what comes from Redis is sent to every socket of each room, once.
const { WebSocketServer, WebSocket } = require("ws");
const { createClient } = require("redis");

async function main() {
  const rooms = new Map();
  const wss = new WebSocketServer({
    host: "127.0.0.1",
    port: Number(process.env.PORT),
    backlog: 2048,
    perMessageDeflate: false,
  });
  wss.on("connection", (socket, request) => {
    const names = new URL(request.url, "http://localhost").searchParams.get("rooms").split(",");
    for (const name of names) {
      if (!rooms.has(name)) rooms.set(name, new Set());
      rooms.get(name).add(socket);
    }
    socket.on("close", () => names.forEach((name) => rooms.get(name).delete(socket)));
    socket.on("error", () => {});
  });
  const sub = createClient({ url: `redis://127.0.0.1:${process.env.REDIS_PORT}` });
  await sub.connect();
  await sub.subscribe("bench", (message) => {
    const { to, text } = JSON.parse(message);
    const members = to.length === 1 ? rooms.get(to[0]) : new Set(to.flatMap((name) => [...(rooms.get(name) ?? [])]));
    for (const socket of members ?? []) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    }
  });
}
main();
