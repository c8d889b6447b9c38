"""The consumer: who is at a socket, what they may send, and what they are sent. It knows no app.

Life of an event:  save → signal → event → log → bus → hub → **consumer** → browser
The hub decides what a reader gets. Commands run one after the other in a task of their own, so
that a slow one holds up neither events nor heartbeats.
"""

import logging
import time
from collections.abc import Collection, Mapping
from typing import ClassVar

import msgspec

from realtime import access, handshake, logs, streams
from realtime.addresses import place
from realtime.admission import Pass
from realtime.commands import ENGINE, Command, CommandQueue
from realtime.conf import conf
from realtime.connection import Connection
from realtime.control import Authenticated, Connect, Expiring, Heartbeat, SyncResponse
from realtime.cursor import Cursor
from realtime.errors import (
    Expired,
    Forbidden,
    InvalidFrame,
    RealtimeError,
    ServerOnly,
    Unauthenticated,
    UnknownType,
)
from realtime.events import Wire
from realtime.frames import (
    PROTOCOL,
    Auth,
    ClientFrame,
    CloseCode,
    Frame,
    Nothing,
    decode_payload,
    encode,
    encode_error,
    is_server_only,
)
from realtime.hub import Hub
from realtime.identity import Identity
from realtime.keepalive import Due, Keepalive
from realtime.metrics import CONNECTIONS
from realtime.registry import registry
from realtime.replay import Page
from realtime.transport import SocketConsumer, now

logger = logging.getLogger(__name__)

#: Seconds for the first frame ``auth`` where the handshake brought no identity.
AUTH_SECONDS = 5.0


class RealtimeConsumer(SocketConsumer):
    """A socket that carries some kinds of rooms and takes some commands."""

    #: The kinds of rooms carried; None: all that the apps have.
    kinds: ClassVar[Collection[str] | None] = None
    #: The apps' commands by frame type, beside the engine's own.
    commands: ClassVar[Mapping[str, Command]] = {}

    #: Rooms joined at connect beside those of the reader's rights.
    joins: ClassVar[tuple[str, ...]] = ()
    #: Whether it carries the log's events; else only what is told once, such as typing.
    durable: ClassVar[bool] = True

    hub: Hub
    connection: Connection | None = None
    _keepalive: Keepalive | None = None
    _queue: CommandQueue | None = None
    _pass: Pass | None = None

    @property
    def stream(self) -> Connection:
        """The connection of an authenticated socket."""
        assert self.connection is not None
        return self.connection

    # -- the socket's life -----------------------------------------------------------------

    async def connected(self) -> None:
        """Accept first, so that a browser can see a close code; then ask who it is."""
        self.hub = await Hub.of_this_process()
        headers = self.scope["headers"]
        credentials = handshake.credentials(headers)
        by_cookie = credentials.session is not None
        is_served = "websocket" in conf().transports
        if not is_served or not handshake.origin_is_allowed(headers, required=by_cookie):
            await self.refuse()
            return
        address = place(handshake.address(self.scope))
        if wait := self._too_fast(address):
            await self.turn_back(wait)
            return
        if not self._is_admitted_here():
            await self.turn_back()
            return
        if credentials == (None, None) and not self._may_wait(address):
            # Those who have not said who they are do so, or are gone, within this time.
            await self.turn_back(AUTH_SECONDS)
            return
        headers_back = access.headers(self.scope)
        await self.asgi_send({"type": "websocket.accept", "headers": headers_back})
        self.accepted_at = time.monotonic()
        self.hub.sockets.add(self)
        if self.hub.draining:
            self.close(CloseCode.DRAINING)
            return
        assert self._pass is not None
        if not self._pass.enter("address", address, limit=conf().max_connections_per_ip):
            self.close(CloseCode.TOO_MANY_CONNECTIONS)
            return
        self.set_alarm(AUTH_SECONDS)
        await self._begin(credentials)

    def _too_fast(self, address: str) -> float:
        """Seconds until it is worth trying again; 0 for those who do not come too fast."""
        return self.hub.handshakes.take(
            address,
            time.monotonic(),
            rate=conf().handshake_rate,
            address_rate=conf().handshake_rate_per_ip,
        )

    def _is_admitted_here(self) -> bool:
        """False when this process takes nobody any more, or nobody else."""
        self._pass = Pass(self.hub.admission)
        limit = conf().max_connections
        return not self.hub.draining and self._pass.enter("process", "", limit=limit)

    def _may_wait(self, address: str) -> bool:
        """Count it among those who are still to say who they are; False when they are too many."""
        assert self._pass is not None
        return self._pass.enter("pending", address, limit=conf().max_pending_per_ip)

    def known(self) -> dict[str, str]:
        """Whose it is, and which."""
        if self.connection is None:
            return {}
        return {"user": self.connection.user_id, "connection": self.connection.id}

    def ended(self) -> None:
        """Leave nothing behind."""
        if self._queue is not None:
            self._queue.cancel()
            self._queue = None
        if self.connection is not None and not self.connection.closed:
            streams.detach(self.hub, self.connection)
            CONNECTIONS.labels("websocket").dec()
            for departed in registry.departed:
                departed(self.connection)

    def retry_after(self, code: int) -> float | None:
        """As usual, but for a server that ends: that of its hub."""
        if code == CloseCode.DRAINING:
            return self.hub.spread
        return super().retry_after(code)

    def gone(self) -> None:
        """The process need not wait for this one."""
        hub: Hub | None = getattr(self, "hub", None)  # none when it never came to one
        if hub is not None:
            hub.sockets.discard(self)
        if self._pass is not None:
            self._pass.hand_back()

    # -- who it is -------------------------------------------------------------------------

    async def _begin(self, credentials: handshake.Credentials) -> None:
        cursor, rooms = handshake.resumption(self.scope.get("query_string", b""))
        seen = self.hub.position  # before it is read who it is
        try:
            if credentials.token is not None:
                identity = await self.hub.identities.of_token(credentials.token)
            elif credentials.session is not None:
                identity = await self.hub.identities.of_session(credentials.session)
            else:
                return  # the first frame is to be `auth`
        except RealtimeError as error:
            # A session that ended may be followed by a token.
            is_final = credentials.session is None or isinstance(error, Forbidden)
            if is_final or not self._may_wait(place(handshake.address(self.scope))):
                self._turn_away(error)
            return
        await self._open(identity, seen, cursor, rooms)

    def _turn_away(self, error: RealtimeError) -> None:
        match error:
            case Expired():
                self.close(CloseCode.TOKEN_EXPIRED)
            case Forbidden():
                self.close(CloseCode.FORBIDDEN)
            case _:
                self.close(CloseCode.NOT_AUTHENTICATED)

    async def _open(
        self, identity: Identity, seen: int, cursor: str | None, rooms: Collection[str]
    ) -> None:
        """Begin the stream, from ``cursor`` where there is one."""
        assert self._pass is not None
        self._pass.leave("pending", place(handshake.address(self.scope)))
        if not self._pass.enter("user", identity.user_id, limit=conf().max_connections_per_user):
            self.close(CloseCode.TOO_MANY_CONNECTIONS)
            return
        connection = Connection(
            identity,
            kinds=self._kinds(),
            send=self.send,
            close=self.close,
            durable=self.durable,
            direct=self.direct(),
            transport="websocket",
            unsent=self.outbox.unsent,
        )
        after, unreadable = _parse(cursor)
        errors = await streams.attach(
            self.hub, connection, seen=seen, rooms=[*self.joins, *rooms], after=after
        )
        if self.closing:
            streams.detach(self.hub, connection)
            return
        self.connection = connection
        logs.note(**self.known())
        access.opened("websocket", self.scope)
        CONNECTIONS.labels("websocket").inc()
        self._keepalive = Keepalive(
            time.monotonic(),
            interval=conf().ping_interval,
            timeout=conf().ping_timeout,
            expires_at=identity.expires_at,
        )
        self.send(self._welcome(connection, cursor if after else None))
        for error in (*unreadable, *errors):
            self.send(encode_error(error, None))
        for arrived in registry.arrived:
            arrived(connection)
        self.set_alarm(0)
        if after is not None:
            await self._catch_up(connection, after)

    def _kinds(self) -> Collection[str]:
        return registry.rooms if self.kinds is None else self.kinds

    def _welcome(self, connection: Connection, cursor: str | None) -> Frame:
        payload = Connect(
            connection_id=connection.id,
            user=connection.identity.user,
            cursor=cursor or streams.cursor(self.hub, connection),
            rooms=sorted(room for room in connection.rooms if not room.startswith("following:")),
            heartbeat_interval=conf().ping_interval,
            protocol=PROTOCOL,
        )
        return encode("connect", payload, ts=now())

    async def _catch_up(self, connection: Connection, after: Cursor) -> None:
        """Send all that came after the cursor, page by page, before anything that is new."""
        complete = False
        while not complete and not self.closing:
            online = await self.online_users()
            page, missed = await streams.page(self.hub, connection, after, rooms=None, limit=500)
            self.send_page(page, missed, {}, online)
            after, complete = Cursor(self.hub.epoch, page.upto), page.complete
            await self.outbox.drained()

    async def online_users(self) -> list[str] | msgspec.UnsetType:
        """Who is online, for a socket that is in the room that tells it."""
        for kind in registry.rooms.values():
            if kind.snapshot is not None and kind.name in self.stream.rooms:
                return (await kind.snapshot(self.stream.identity)).online_users
        return msgspec.UNSET

    def send_page(
        self,
        page: Page,
        missed: Collection[Frame],
        members: dict[str, str],
        online: list[str] | msgspec.UnsetType,
    ) -> None:
        """Send a page, and behind it what its stream missed in its other rooms."""
        response = SyncResponse(
            events=[msgspec.Raw(frame.data) for _event, frame in page.events],
            cursor=str(Cursor(self.hub.epoch, page.upto)),
            complete=page.complete,
            reset=page.reset,
            unread_count=page.unread,
            online_users=online,
        )
        self.send(encode("sync:response", response, ts=now(), **members))
        for frame in missed:
            self.send(frame)

    # -- time ------------------------------------------------------------------------------

    def rang(self) -> None:
        """Do what is due, and wait for the next."""
        keepalive = self._keepalive
        if keepalive is None:
            self.close(CloseCode.NOT_AUTHENTICATED)
            return
        for due in keepalive.due(time.monotonic(), time.time()):
            match due:
                case Due.HEARTBEAT:
                    self.send(self._heartbeat({}))
                case Due.EXPIRING:
                    left = keepalive.seconds_left(time.time())
                    self.send(encode("auth:expiring", Expiring(in_=left), ts=now()))
                case Due.EXPIRED:
                    self.close(CloseCode.TOKEN_EXPIRED)
                case Due.IDLE:
                    self.close(CloseCode.IDLE)
        if not self.closing:
            self.set_alarm(keepalive.wait(time.monotonic(), time.time()))

    def _heartbeat(self, members: dict[str, str]) -> Frame:
        payload = Heartbeat(ts=now(), cursor=streams.cursor(self.hub, self.stream))
        return encode("heartbeat", payload, ts=payload.ts, **members)

    # -- what the client sends ---------------------------------------------------------------

    def heard(self) -> None:
        """Something came: the client is alive."""
        if self._keepalive is not None:
            self._keepalive.heard(time.monotonic())

    async def received(self, frame: ClientFrame) -> None:
        """Do at once what must not wait; queue the rest behind the commands that came before."""
        if frame.type == "auth":
            await self._auth(frame, decode_payload(frame, Auth))
        elif self.connection is None:
            raise Unauthenticated("the first frame is to be `auth`")
        elif frame.type == "heartbeat":
            decode_payload(frame, Nothing)
            if frame.id is not None:
                self.send(self._heartbeat({"id": frame.id}))
        elif frame.type in ENGINE or frame.type in self.commands:
            if self._queue is None:  # most sockets never send a command
                self._queue = CommandQueue(self._run)
            self._queue.put(frame)
        elif is_server_only(frame.type):
            raise ServerOnly(f"type: {frame.type!r} is for the server to send")
        else:
            raise UnknownType(f"type: there is no {frame.type!r} here")

    async def _auth(self, frame: ClientFrame, auth: Auth) -> None:
        seen = self.hub.position  # before it is read who it is
        try:
            identity = await self.hub.identities.of_token(auth.token)
        except RealtimeError as error:
            self.send(encode_error(error, frame.id))
            if self.connection is None:
                self._turn_away(error)
            return
        if self.connection is None:
            _after, unreadable = _parse(auth.cursor)
            if unreadable:
                raise unreadable[0]
            self._ack_auth(frame, identity)
            await self._open(identity, seen, auth.cursor, auth.rooms)
        elif identity.user_id != self.connection.user_id:
            self.send(encode_error(Forbidden("token: it is another user's"), frame.id))
            self.close(CloseCode.FORBIDDEN)
        else:
            await streams.renew(self.hub, self.connection, identity, seen=seen)
            assert self._keepalive is not None
            self._keepalive.renew(identity.expires_at)
            self._ack_auth(frame, identity)
            self.set_alarm(0)

    def _ack_auth(self, frame: ClientFrame, identity: Identity) -> None:
        left = max(0, round(identity.expires_at - time.time()))
        self._ack(frame, Authenticated(expires_in=left))

    def _ack(self, frame: ClientFrame, payload: Wire) -> None:
        if frame.id is not None:
            self.send(encode("ack", payload, id=frame.id))

    async def _run(self, frame: ClientFrame) -> None:
        """Run a command and answer it."""
        if self.closing:
            return
        command = ENGINE.get(frame.type) or self.commands[frame.type]
        try:
            answer = await command.handle(self, frame, decode_payload(frame, command.payload))
            if answer is not None:
                self._ack(frame, answer)
        except RealtimeError as error:
            self.answer_error(error, frame.id)
        except Exception:
            logger.exception("command %s failed", frame.type, extra={"event": frame.type})
            self.send(encode_error(RealtimeError("something went wrong here"), frame.id))


def _parse(cursor: str | None) -> tuple[Cursor | None, list[RealtimeError]]:
    """The cursor, if there is one, and what is wrong with it."""
    try:
        return (Cursor.parse(cursor) if cursor is not None else None), []
    except InvalidFrame as error:
        return None, [error]
