"""The gateway: hello, identify, heartbeats, resume with replay, intents, and the ways it hangs up (events/gateway)."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import json
import secrets
import zlib
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from . import payloads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .server import StandIn

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15
MESSAGE_CONTENT = 1 << 15
BAD_TOKEN, ALREADY, TOO_FAST, TIMED_OUT, NOT_AUTHENTICATED = 4004, 4005, 4008, 4009, 4003
UNKNOWN_OPCODE, NOT_DECODED, DISALLOWED_INTENTS = 4001, 4002, 4014
MAX_EVENTS, EVENT_WINDOW = 120, 60.0


class Session:
    """What survives a lost connection: the numbered events since it began."""

    def __init__(self, intents: int) -> None:
        self.id = secrets.token_hex(16)
        self.intents = intents
        self.events: list[dict[str, Any]] = []
        self.connection: Connection | None = None

    def dispatch(self, event: str, data: dict[str, Any]) -> None:
        frame = {"op": DISPATCH, "t": event, "s": len(self.events) + 1, "d": data}
        self.events.append(frame)
        if self.connection is not None:
            self.connection.send(frame)


class Connection:
    """One websocket. Frames leave in the order of `send`, through one writer."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self._request = request
        self.socket = socket
        self._frames: asyncio.Queue[dict[str, Any] | int] = asyncio.Queue()
        compressed = request.query.get("compress") == "zlib-stream"
        self._deflate = zlib.compressobj() if compressed else None
        self.session: Session | None = None
        self.heartbeats = 0
        self.received: collections.deque[float] = collections.deque()

    def send(self, frame: dict[str, Any]) -> None:
        self._frames.put_nowait(frame)

    def close(self, code: int) -> None:
        """Hang up after what is already in line."""
        self._frames.put_nowait(code)

    def cut(self) -> None:
        """Break the connection without a farewell."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while not isinstance(frame := await self._frames.get(), int):
                await self._write_one(frame)
            await self.socket.close(code=frame)

    async def _write_one(self, frame: dict[str, Any]) -> None:
        text = json.dumps(frame)
        if self._deflate is None:
            await self.socket.send_str(text)
        else:
            data = self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
            await self.socket.send_bytes(data)


class Gateway:
    """All sessions of the one bot. Counters are for tests: `identifies`, `resumes`, `heartbeats`."""

    def __init__(self, standin: StandIn) -> None:
        self._standin = standin
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self.heartbeat_interval = 41.25
        self.identify_limit = 1000
        self.identify_every = 0.0
        self.allowed_privileged = 0
        self.identifies: list[float] = []
        self.resumes = 0
        self.heartbeats = 0
        self.ready = asyncio.Event()
        self._held: list[tuple[str, dict[str, Any], int]] | None = None

    @property
    def connected(self) -> bool:
        return any(one.connection for one in self.sessions.values())

    def emit(self, event: str, data: dict[str, Any], intents: int = 0) -> None:
        """To every session that asked for one of these intents; 0 is for everybody."""
        if self._held is not None:
            self._held.append((event, data, intents))
            return
        for session in self.sessions.values():
            if intents == 0 or session.intents & intents:
                session.dispatch(event, _without_content(event, data, session.intents))

    @contextlib.contextmanager
    def slow(self) -> Iterator[None]:
        """News goes out only afterwards: what is asked over REST meanwhile knows more than the bot was told."""
        self._held = []
        yield
        held, self._held = self._held, None
        for one in held:
            self.emit(*one)

    def cut(self) -> None:
        """The network fails: every connection breaks, the sessions can be resumed."""
        for connection in list(self.connections):
            connection.cut()

    def ask_to_reconnect(self) -> None:
        for connection in list(self.connections):
            connection.send({"op": RECONNECT, "d": None})

    def close_all(self, code: int) -> None:
        """Hang up with a code; after 4004 and its like nothing can be resumed."""
        for connection in list(self.connections):
            connection.close(code)
        self.sessions.clear()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """The handler of the websocket's address."""
        socket = web.WebSocketResponse(max_msg_size=1 << 20, autoping=True, compress=False)
        await socket.prepare(request)
        connection = Connection(request, socket)
        self.connections.add(connection)
        writer = asyncio.create_task(connection.write())
        watch = asyncio.create_task(self._watch(connection))
        connection.send(
            {"op": HELLO, "s": None, "t": None, "d": {"heartbeat_interval": self.heartbeat_interval * 1000}}
        )
        try:
            await self._read(connection)
        finally:
            self._forget(connection)
            for task in (writer, watch):
                task.cancel()
            await asyncio.gather(writer, watch, return_exceptions=True)
        return socket

    async def _read(self, connection: Connection) -> None:
        async for message in connection.socket:
            if message.type is not WSMsgType.TEXT:
                connection.close(NOT_DECODED)
            elif self._too_fast(connection):
                connection.close(TOO_FAST)
            else:
                self._receive(connection, json.loads(message.data))

    def _too_fast(self, connection: Connection) -> bool:
        """More than 120 events in 60 s end the connection (events/gateway#rate-limiting)."""
        now = self._standin.clock.now()
        connection.received.append(now)
        while connection.received[0] < now - EVENT_WINDOW:
            connection.received.popleft()
        return len(connection.received) > MAX_EVENTS

    def _receive(self, connection: Connection, frame: dict[str, Any]) -> None:
        opcode = frame.get("op")
        if opcode == HEARTBEAT:
            connection.heartbeats += 1
            self.heartbeats += 1
            connection.send({"op": ACK})
        elif opcode == IDENTIFY:
            self._identify(connection, frame["d"])
        elif opcode == RESUME:
            self._resume(connection, frame["d"])
        elif connection.session is None:
            connection.close(NOT_AUTHENTICATED)
        elif opcode not in (3, 4, 8):
            connection.close(UNKNOWN_OPCODE)

    def _identify(self, connection: Connection, asked: dict[str, Any]) -> None:
        if connection.session is not None:
            connection.close(ALREADY)
        elif asked["token"] != self._standin.token:
            connection.close(BAD_TOKEN)
        elif asked.get("intents", 0) & PRIVILEGED & ~self.allowed_privileged:
            connection.close(DISALLOWED_INTENTS)
        elif self._too_many_identifies():
            connection.send({"op": INVALID_SESSION, "d": False})
        else:
            self._begin(connection, int(asked.get("intents", 0)))

    def _too_many_identifies(self) -> bool:
        """One each `identify_every` seconds; over 1,000 a day resets the token (gateway#session-start-limit)."""
        now = self._standin.clock.now()
        self.identifies = [one for one in self.identifies if one > now - 86_400]
        too_soon = bool(self.identifies) and now - self.identifies[-1] < self.identify_every
        self.identifies.append(now)
        if len(self.identifies) > self.identify_limit:
            self._standin.revoke_token()
            return True
        return too_soon

    def _begin(self, connection: Connection, intents: int) -> None:
        session = Session(intents)
        self.sessions[session.id] = session
        self._attach(connection, session)
        world = self._standin.world
        here = [guild for guild in world.guilds.values() if guild.bot_is_here]
        session.dispatch("READY", self._ready(session, [str(guild.id) for guild in here]))
        if intents & 1:
            for guild in here:
                session.dispatch("GUILD_CREATE", payloads.guild_create(guild))
        self.ready.set()

    def _ready(self, session: Session, guild_ids: list[str]) -> dict[str, Any]:
        return {
            "v": 10,
            "user": payloads.own_user(self._standin.world.bot),
            "guilds": [{"id": one, "unavailable": True} for one in guild_ids],
            "session_id": session.id,
            "resume_gateway_url": self._standin.gateway_url,
            "shard": [0, 1],
            "application": {"id": str(self._standin.application.id), "flags": 0},
            "private_channels": [],
            "relationships": [],
            "presences": [],
        }

    def _resume(self, connection: Connection, asked: dict[str, Any]) -> None:
        session = self.sessions.get(str(asked.get("session_id")))
        if asked.get("token") != self._standin.token:
            connection.close(BAD_TOKEN)
        elif session is None or int(asked["seq"] or 0) > len(session.events):
            connection.send({"op": INVALID_SESSION, "d": False})
        else:
            self.resumes += 1
            self._replay(connection, session, int(asked["seq"] or 0))

    def _replay(self, connection: Connection, session: Session, seen: int) -> None:
        for frame in session.events[seen:]:
            connection.send(frame)
        self._attach(connection, session)
        session.dispatch("RESUMED", {})

    def _attach(self, connection: Connection, session: Session) -> None:
        connection.session = session
        session.connection = connection

    def _forget(self, connection: Connection) -> None:
        """A client's own 1000 or 1001 ends the session; anything else can be resumed (events/gateway#disconnecting)."""
        self.connections.discard(connection)
        session = connection.session
        if session is None or session.connection is not connection:
            return
        session.connection = None
        if connection.socket.close_code in (1000, 1001):
            self.sessions.pop(session.id, None)
        if not self.connected:
            self.ready.clear()

    async def _watch(self, connection: Connection) -> None:
        """No heartbeat during two intervals: the session timed out."""
        while True:
            before = connection.heartbeats
            await asyncio.sleep(self.heartbeat_interval * 2)
            if connection.heartbeats == before:
                connection.close(TIMED_OUT)
                return


def _without_content(event: str, data: dict[str, Any], intents: int) -> dict[str, Any]:
    if event not in ("MESSAGE_CREATE", "MESSAGE_UPDATE") or intents & MESSAGE_CONTENT:
        return data
    return {**data, "content": "", "embeds": [], "attachments": [], "components": []}
