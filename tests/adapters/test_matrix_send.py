"""Sending to a real Synapse: pings, order, limits, repeats, sizes, edits and taking back."""

import asyncio
import random

import pytest

from bot.errors import Denied, Gone, Revoked, TooLarge
from bot.platforms.matrix import content as make
from bot.platforms.matrix.content import message
from bot.platforms.matrix.gate import PROVEN, Gate
from bot.platforms.matrix.send import Sender
from tests.adapters.matrix_parts import client_for
from tests.adapters.test_matrix_sync import room_with
from tests.rigs.matrix_user import Refused
from tests.rigs.synapse import Synapse

PINGS = [
    # (what is sent, highlight and notification count of a member at bot level 0, the same at level 50): SECURITY 8.2
    ("room word, no mentions", {"msgtype": "m.text", "body": "@room"}, (0, 1), (1, 1)),
    ("room word, ours", message("@room", loud=True), (0, 1), (0, 1)),
    ("room mention", message("all", loud=True, ping_room=True), (0, 1), (1, 1)),
    ("name, no mentions", {"msgtype": "m.text", "body": "NAME valley"}, (1, 1), (1, 1)),
    ("name, ours", message("NAME valley", loud=True), (0, 1), (0, 1)),
    ("hidden user id", {"msgtype": "m.text", "body": "x", "m.mentions": {"user_ids": ["MXID"]}}, (1, 1), (1, 1)),
    ("quiet, ours", message("@room NAME"), (0, 0), (0, 0)),
]


@pytest.mark.parametrize(("name", "content", "low", "high"), PINGS, ids=[row[0] for row in PINGS])
async def test_nobody_is_pinged_by_a_word(
    synapse: Synapse, name: str, content: dict[str, object], low: tuple[int, int], high: tuple[int, int]
) -> None:
    """g2: the table of SECURITY 8.2, counted by the server itself."""
    anna, bot = await synapse.user("river"), await synapse.user("bot")
    room = await room_with(anna, bot)
    display = anna.user_id.partition(":")[0].removeprefix("@")
    body = str(content["body"]).replace("NAME", display)
    sent = {**content, "body": body}
    if content.get("m.mentions", {}) == {"user_ids": ["MXID"]}:
        sent["m.mentions"] = {"user_ids": [anna.user_id]}
    await anna.sync()
    async with client_for(bot) as client:
        for level, wanted in ((None, low), (50, high)):
            await anna.set_level(room, bot.user_id, level)
            said = await anna.send(room, "read up to here")
            await anna.call("POST", f"/_matrix/client/v3/rooms/{room}/read_markers", {"m.read": said})
            await anna.sync()
            await Sender(client).send(room, sent, f"{name}-{level}")
            assert await anna.notifications(room) == wanted


async def test_a_repeated_send_gives_back_the_first_event(synapse: Synapse) -> None:
    """a11: the same transaction id is the same message, also from a new process, and the first content wins."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await room_with(anna, bot)
    async with client_for(bot) as client:
        first = await Sender(client).send(room, message("one", loud=True), "tx-1")
    async with client_for(bot) as client:
        again = await Sender(client).send(room, message("two", loud=True), "tx-1")
    assert first == again
    assert [event["content"]["body"] for event in await anna.messages(room, bot.user_id)] == ["one"]


async def test_a_limit_is_met_with_few_refusals_and_the_order_is_kept(synapse: Synapse) -> None:
    """h12: a server's limit (here two a second after ten) costs one refusal, or one more on a busy machine, and no
    order.
    """
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    rooms = [await room_with(anna, bot) for _ in range(3)]
    await synapse.limit(bot.user_id, 2, 10)
    async with client_for(bot) as client:
        sender = Sender(client)
        work = [sender.send(rooms[n % 3], message(f"m{n}", loud=True), f"m{n}") for n in range(18)]
        sends = asyncio.gather(*work)
        async with asyncio.timeout(60):
            while sender.gate.refusals == 0:  # noqa: ASYNC110 - the gate announces nothing
                await asyncio.sleep(0.01)
            assert sender.eta(10) > 1
            await sends
        assert sender.gate.refusals <= 2
        assert sender.waiting == 0
    for place, room in enumerate(rooms):
        said = [event["content"]["body"] for event in await anna.messages(room, bot.user_id)]
        assert said == [f"m{n}" for n in range(18) if n % 3 == place]


class Limit:
    """A homeserver's bucket and a clock: `size` at once, then `rate` a second. As Synapse does it, a send is refused
    when it is there (after 1 to 20 ms) and counted once its event is made, and a refusal is kept waiting."""

    def __init__(self, size: int, rate: float) -> None:
        self.now = 1000.0
        self._size, self._rate, self._held, self._since = size, rate, 0.0, 1000.0
        self._chance = random.Random(size)

    async def send(self, gate: Gate) -> bool:
        """One send when its turn has come; whether it was taken."""
        self.now += gate.eta(1) or max(0.0, gate._next - self.now)
        asked = await gate.wait()
        self.now += self._chance.uniform(0.001, 0.02)
        self._held, self._since = max(0.0, self._held - (self.now - self._since) * self._rate), self.now
        if self._held + 1 > self._size:
            retry_after = (self._held + 1 - self._size) / self._rate
            self.now += 0.5
            gate.close(retry_after, asked)
            return False
        self.now += self._chance.uniform(0.01, 0.02)
        self._held, self._since = max(0.0, self._held - (self.now - self._since) * self._rate) + 1, self.now
        self.now += 0.01
        gate.passed(asked)
        return True


@pytest.mark.parametrize(
    ("size", "rate", "most"), [(10, 0.2, 1), (10, 2, 1), (10, 5, 1), (50, 5, 2), (30, 0.2, 2), (5, 1, 1), (1, 0.5, 3)]
)
async def test_the_pace_of_a_limit_is_known_from_one_refusal(size: int, rate: float, most: int) -> None:
    """h12: one refusal where the bucket holds as many as usual, two where it holds more, and the rate is used. (After
    ten minutes a quicker pace is tried: these are over before.)"""
    limit = Limit(size, rate)
    gate = Gate(clock=lambda: limit.now)
    taken = sum([await limit.send(gate) for _ in range(100)])
    assert gate.refusals <= most
    used = (taken - size) / rate / (limit.now - 1000)
    assert used > {10: 0.95, 30: 0.9, 50: 0.9}.get(size, 0.2)
    assert used <= 1


async def after_a_quiet_day(limit: Limit) -> Gate:
    """A gate through which something went now and then."""
    gate = Gate(clock=lambda: limit.now)
    for _ in range(5):
        assert await limit.send(gate)
        limit.now += 30
    return gate


async def test_sends_now_and_then_do_not_spoil_what_a_refusal_teaches() -> None:
    """h12: a bucket that emptied between them is counted from the sends that filled it."""
    limit = Limit(10, 2)
    gate = await after_a_quiet_day(limit)
    taken = sum([await limit.send(gate) for _ in range(60)])
    assert gate.refusals == 1
    assert taken == 59
    assert gate.pace == pytest.approx(0.5, rel=0.05)


async def test_a_refusal_out_of_the_blue_does_not_make_a_snail_of_us() -> None:
    """h12: a server (or a proxy of it) that refuses one send of a quiet day has not said that one a minute is right."""
    limit = Limit(10_000, 1000)
    gate = await after_a_quiet_day(limit)
    gate.close(0.5, await gate.wait())
    assert gate.pace <= 1.05


async def test_the_gate_learns_the_pace_and_forgets_it() -> None:
    """h12: after a refusal sends are as far apart as the server wants; ten good ones and ten minutes later it tries to
    be quicker, so that one call draws one refusal."""
    limit = Limit(10, 0.2)
    gate = Gate(clock=lambda: limit.now)
    assert [await limit.send(gate) for _ in range(11)] == [True] * 10 + [False]
    assert gate.pace == pytest.approx(5.0, rel=0.02)
    assert gate.eta(1) == pytest.approx(4.1, abs=0.2)
    assert gate.eta(3) == pytest.approx(14.1, abs=0.3)
    assert all([await limit.send(gate) for _ in range(80)])
    assert gate.pace == pytest.approx(5.0, rel=0.02)
    lifted = Limit(10_000, 1000)
    lifted.now = limit.now
    gate = _with_clock(gate, lifted)
    assert all([await lifted.send(gate) for _ in range(220)])
    assert gate.pace == 0.0
    assert gate.eta(100) == 0.0


def _with_clock(gate: Gate, limit: Limit) -> Gate:
    gate._clock = lambda: limit.now
    return gate


async def test_a_server_that_refuses_whatever_it_says_is_asked_less_and_less() -> None:
    """h12: "at once" on every refusal does not make a hammer of us."""
    limit = Limit(10, 1)
    gate = Gate(clock=lambda: limit.now)
    for _ in range(12):
        limit.now += gate.eta(1) or max(0.0, gate._next - limit.now)
        gate.close(0.0, await gate.wait())
    assert limit.now - 1000 > 30
    assert gate.refusals == 12


async def most_at_once(gate: Gate, sends: int) -> int:
    """How many of so many sends were on the way together."""
    busy, most = 0, 0

    async def send() -> None:
        nonlocal busy, most
        async with gate.one_by_one():
            busy += 1
            most = max(most, busy)
            await asyncio.sleep(0)
            busy -= 1
            gate.passed(0.0)

    await asyncio.gather(*(send() for _ in range(sends)))
    return most


async def test_where_the_limit_was_lifted_several_go_at_once_from_the_start() -> None:
    """h12: an administrator said so in the settings."""
    assert await most_at_once(Gate(lifted=True), 4) == 4


async def test_sends_go_one_by_one_until_the_server_has_shown_that_it_takes_many() -> None:
    """h12: eight that are on the way when a limit is met would draw eight refusals."""
    gate = Gate()
    assert await most_at_once(gate, PROVEN) == 1
    assert await most_at_once(gate, PROVEN) > 1


async def test_those_that_are_refused_together_count_as_one_refusal() -> None:
    """h12: eight refusals of one moment are no reason to wait for seconds."""
    gate = Gate(clock=lambda: 1000.0, lifted=True)
    for asked in [await gate.wait() for _ in range(8)]:
        gate.close(0.5, asked)
    assert gate.refusals == 8
    assert gate.eta(1) == pytest.approx(0.55)


async def test_sizes_are_counted_in_bytes(synapse: Synapse) -> None:
    """g7: 22,000 Chinese letters are 66,000 bytes; refused here, and what passes here passes there."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await room_with(anna, bot)
    async with client_for(bot) as client:
        sender = Sender(client)
        with pytest.raises(TooLarge):
            await sender.send(room, message("行" * 22_000), "big")
        most = "x" * (make.EVENT_BYTES - make.SERVER_SHARE - make.byte_size(message("")))
        await sender.send(room, message(most), "most")
        with pytest.raises(TooLarge):
            await sender.send(room, message(most + "x"), "over")
    with pytest.raises(Refused, match="M_TOO_LARGE"):
        await anna.send(room, "x" * 65_400)


async def test_taking_back_takes_the_edits_too(synapse: Synapse) -> None:
    """a9: neither the original nor any edit stays readable; a second time is no fault."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await room_with(anna, bot)
    async with client_for(bot) as client:
        sender = Sender(client)
        first = await sender.send(room, message("secret one", "<p>secret one</p>", loud=True), "a")
        second = await sender.edit(room, first, message("secret two", "<p>secret two</p>", loud=True), "b")
        shown = await anna.event(room, first)
        assert shown["unsigned"]["m.relations"]["m.replace"]["event_id"] == second
        edited = (await anna.event(room, second))["content"]
        assert (edited["body"], edited["m.new_content"]["body"], edited["m.mentions"]) == (
            "* secret two",
            "secret two",
            {},
        )
        await sender.redact(room, [first, second], "c")
        await sender.redact(room, [first, second, "$unknown"], "d")
    assert "secret" not in str(await anna.timeline(room))


async def test_taking_back_takes_edits_too_whose_answer_was_lost(synapse: Synapse) -> None:
    """a9: a homeserver took an edit, and we never heard of it: it goes with the message, also when there are many."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await room_with(anna, bot)
    async with client_for(bot) as client:
        sender = Sender(client)
        first = await sender.send(room, message("secret one"), "a")
        heard = await sender.edit(room, first, message("secret two"), "b")
        for number in range(7):
            await sender.edit(room, first, message(f"secret, unheard {number}"), f"c{number}")
        await sender.redact(room, [first, heard], "d")
    assert "secret" not in str(await anna.timeline(room))


async def test_the_same_reaction_twice_is_no_fault(synapse: Synapse) -> None:
    """a17: a seeded reaction that is there already is there."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await room_with(anna, bot)
    card = await anna.send(room, "card")
    async with client_for(bot) as client:
        sender = Sender(client)
        assert await sender.react(room, card, "✅", "r1")
        assert await sender.react(room, card, "✅", "r2") is None


async def test_what_a_room_does_not_allow_is_denied_once(synapse: Synapse) -> None:
    """a10: a room where the bot may not speak, a room it is not in, a dead token: each its own error, none retried."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    mute = await room_with(anna, bot, levels={"events_default": 50})
    foreign = await anna.create_room("Foreign")
    async with client_for(bot) as client:
        sender = Sender(client)
        for room in (mute, foreign, "!nowhere:rig.example"):
            with pytest.raises(Denied):
                await sender.send(room, message("x"), "x")
        await synapse.revoke(bot)
        with pytest.raises(Revoked):
            await sender.send(mute, message("x"), "y")


async def test_an_answer_stays_in_its_thread() -> None:
    """a19: relations of a reply, of a thread, of neither."""
    plain = message("x")
    assert make.answering(plain, None) is plain
    assert make.answering(plain, "$a")["m.relates_to"] == {"m.in_reply_to": {"event_id": "$a"}}
    threaded = make.answering(plain, None, "$root")["m.relates_to"]
    assert (threaded["rel_type"], threaded["event_id"], threaded["is_falling_back"]) == ("m.thread", "$root", True)


async def test_a_redaction_of_something_unknown_is_not_an_error_but_a_missing_room_is(synapse: Synapse) -> None:
    """a9: reading a state of a room that is not there is `Gone` or `Denied`."""
    bot = await synapse.user("bot")
    async with client_for(bot) as client:
        with pytest.raises((Denied, Gone)):
            await Sender(client).send("!missing:rig.example", message("x"), "z")
