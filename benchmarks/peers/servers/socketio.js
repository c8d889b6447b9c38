// Socket.IO as its documentation sets it up with the Redis adapter; no compression. Who connects
// is looked up in Redis by its token. Readers are in the rooms that their query names.
const { createServer } = require("http");
const { Server } = require("socket.io");
const { createAdapter } = require("@socket.io/redis-adapter");
const { createClient } = require("redis");

async function main() {
  const url = `redis://127.0.0.1:${process.env.REDIS_PORT}`;
  const pub = createClient({ url });
  const sub = pub.duplicate();
  await Promise.all([pub.connect(), sub.connect()]);
  const users = await createClient({ url }).connect();
  await users.set("session:bench", JSON.stringify({ id: "1", name: "bench" }));
  const server = createServer();
  const io = new Server(server, {
    adapter: createAdapter(pub, sub),
    perMessageDeflate: false,
    transports: ["websocket"],
  });
  io.use(async (socket, next) => {
    const found = await users.get(`session:${socket.handshake.headers.authorization}`);
    if (!found) return next(new Error("unauthorized"));
    socket.data.user = JSON.parse(found);
    next();
  });
  io.on("connection", (socket) => {
    socket.join(socket.handshake.query.rooms.split(","));
  });
  server.listen(Number(process.env.PORT), "127.0.0.1", 2048);
}
main();
