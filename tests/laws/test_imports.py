"""Laws 1 and 7 of the design: who may import whom, and what a feature may not touch."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.spaces import PURPOSES
from tests.laws.sources import Source, features, sources

CHAT_LIBRARIES = {"discord", "nio", "aiohttp", "matrix_nio"}
# What a feature's own files may take from `bot`; `store` is the only one that speaks to the database.
FROM_BOT = {"__init__": {"bot.feature"}, "rules": set[str](), "store": {"bot.feature", "bot.db", "bot.tables"}}
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter", "localtime", "gmtime"}
CLOCK_OWNERS = {"datetime", "date", "time", "Clock"}


def within(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def offences(found: Iterator[str]) -> None:
    broken = list(found)
    assert not broken, "\n" + "\n".join(broken)


def named(source: Source, *packages: str) -> Iterator[str]:
    for module, line in source.imports():
        if within(module, *packages):
            yield f"{source.path}:{line} imports {module}"


def test_no_feature_imports_a_chat_library() -> None:
    """Law 1: nothing in cogs can say embed, modal or reaction."""
    offences(found for source in sources("cogs") for found in named(source, *CHAT_LIBRARIES))


def test_no_feature_reads_the_clock_or_the_environment() -> None:
    """Law 1: the clock is an argument, or a trainer could not move it."""
    offences(found for source in sources("cogs") for found in clock_readings(source))
    offences(found for source in sources("cogs") for found in named(source, "os", "time", "bot.clock", "bot.config"))


def clock_readings(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            owner = node.func.value
            if getattr(owner, "id", getattr(owner, "attr", "")) in CLOCK_OWNERS:
                yield f"{source.path}:{node.lineno} reads the clock"


def test_no_feature_touches_another_features_inside() -> None:
    """Law 1: a feature may call what another lists in `__all__`, never its store or rules."""
    offences(
        found
        for source in sources("cogs")
        if len(source.path.parts) > 2
        for other in features()
        if other != source.path.parts[1]
        for found in named(source, *(f"cogs.{other}.{inside}" for inside in ("store", "rules", "words")))
    )


def test_what_one_feature_takes_from_another_is_offered() -> None:
    """DESIGN 1: only names in `__all__`."""
    offered = {f"cogs.{name}": names_offered(Source(Path(f"cogs/{name}/__init__.py"))) for name in features()}
    broken = []
    for source in sources("cogs"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ImportFrom) and node.module in offered and not within(source.module, node.module):
                wanted = {alias.name for alias in node.names}
                broken += [f"{source.path}:{node.lineno} {name}" for name in wanted - offered[node.module]]
    assert not broken


def names_offered(source: Source) -> set[str]:
    for node in source.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def test_features_do_not_depend_on_each_other_in_circles() -> None:
    """DESIGN 1: cycles fail."""
    needs = {name: set[str]() for name in features()}
    for source in sources("cogs"):
        if len(source.path.parts) > 2:
            own = source.path.parts[1]
            used = {module.split(".")[1] for module, _line in source.imports() if module.startswith("cogs.")}
            needs[own] |= used & needs.keys() - {own}
    while needs:
        free = {name for name, wanted in needs.items() if not wanted & needs.keys()}
        assert free, f"these need each other in a circle: {sorted(needs)}"
        needs = {name: wanted for name, wanted in needs.items() if name not in free}


@pytest.mark.parametrize("source", sources("cogs"), ids=lambda source: source.module)
def test_a_feature_stands_on_the_vocabulary_only(source: Source) -> None:
    """DESIGN 1: rules <- store <- cogs.x -> bot.feature."""
    kind = source.path.stem if source.path.stem in FROM_BOT else "__init__"
    offences(
        f"{source.path}:{line} imports {module}"
        for module, line in source.imports()
        if within(module, "bot") and module != "bot" and not within(module, *FROM_BOT[kind])
    )
    if kind != "store":
        offences(named(source, "sqlalchemy"))


def test_rules_are_pure() -> None:
    """DESIGN 1: no await, no database; what they decide can be tested with plain values."""
    waiting = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    offences(
        f"{source.path}:{getattr(node, 'lineno', 0)} waits"
        for source in sources("cogs")
        if source.path.stem == "rules"
        for node in ast.walk(source.tree)
        if isinstance(node, waiting)
    )


def test_nobody_imports_the_app_but_the_command_line() -> None:
    """DESIGN 1: bot.app sees all and nobody imports it; `bot.setup` is the inside of some commands."""
    may = ("bot.app", "bot.cli", "bot.setup", "bot.__main__")
    offences(
        found
        for source in sources("bot", "cogs", "migrations")
        if not within(source.module, *may)
        for found in named(source, "bot.app")
    )


def test_the_house_knows_no_feature() -> None:
    """Law 7: features are found by walking `cogs`. The demo's play is a play: it knows what is on its stage. What a
    channel is for (`PURPOSES`) is a word of the house, also where a feature is called the same."""
    offences(found for source in sources("bot") for found in named(source, *(f"cogs.{name}" for name in features())))
    offences(
        f"{source.path}:{node.lineno} names the feature {node.value!r}"
        for source in sources("bot")
        if not within(source.module, "bot.demo")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        and node.value.removeprefix("cogs.") in features()
        and not (source.module == "bot.spaces" and node.value in PURPOSES)
    )  # fmt: skip


@pytest.mark.parametrize(("library", "home"), [("discord", "bot.platforms.discord"), ("nio", "bot.platforms.matrix")])
def test_a_chat_library_lives_in_its_adapter(library: str, home: str) -> None:
    """Only the adapter speaks a platform's language; set-up signs in before an adapter exists."""
    elsewhere = [source for source in sources("bot") if not within(source.module, home, "bot.setup")]
    offences(found for source in elsewhere for found in named(source, library))


def test_adapters_do_not_know_each_other() -> None:
    """DESIGN 1: one failing never stops the other."""
    adapters = ("discord", "matrix", "rehearsal")
    offences(
        found
        for name in adapters
        for source in sources("bot")
        if within(source.module, f"bot.platforms.{name}")
        for found in named(source, *(f"bot.platforms.{other}" for other in adapters if other != name))
    )


def test_only_the_entrance_and_the_back_up_open_a_database() -> None:
    """SECURITY 6.2: one entrance (`bot.db` on `bot.drivers`); back-ups copy the file with SQLite's own means."""
    may = ("bot.db", "bot.drivers", "bot.drivers_postgres", "bot.backup", "bot.setup.backup")
    offences(
        found
        for source in sources("bot", "cogs")
        if not within(source.module, *may)
        for found in named(source, "sqlite3", "aiosqlite", "asyncpg")
    )


def test_only_the_entrance_has_a_driver() -> None:
    """SECURITY 6.2: whoever had one could speak to the database past the scopes."""
    may = ("bot.db", "bot.drivers", "bot.drivers_postgres", "bot.migrate")
    offences(
        found
        for source in sources("bot", "cogs", "migrations")
        if source.module not in may
        for found in named(source, "bot.drivers", "bot.drivers_postgres")
    )
