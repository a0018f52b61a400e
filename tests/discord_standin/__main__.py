"""`python -m tests.discord_standin --port 8800 --guilds 30`: run alone, steered through control.py."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal

from .control import Control, announcement
from .server import StandIn


async def run(options: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT; the first line printed says where, as JSON."""
    standin = StandIn(limits=options.limits, judge_by_openapi=not options.no_openapi)
    standin.service = options.service_ms / 1000
    if options.token:
        standin.token = options.token
    if options.guilds:
        await Control(standin).add_guild("Server", count=options.guilds)
    await standin.start(options.port, Control(standin).routes())
    print(announcement(standin), flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await standin.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.discord_standin", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--limits", choices=("fixed", "sliding"))
    parser.add_argument("--service-ms", type=float, default=0, help="what each request takes beside the work itself")
    parser.add_argument("--guilds", type=int, default=0, help="servers called 'Server 1', 'Server 2'...")
    parser.add_argument("--token", help="instead of a random one")
    parser.add_argument("--no-openapi", action="store_true", help="do not judge requests by Discord's OpenAPI file")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
