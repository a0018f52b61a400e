"""The bot with the meal feature as a process of its own, to be killed with -9.

python -m tests.adapters.matrix_process ACCOUNT.json FOLDER
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from bot.clock import Clock
from bot.core import Core
from bot.platforms.matrix.adapter import MatrixAdapter, Options
from bot.platforms.matrix.session import Account
from tests.adapters.matrix_bot import build_app
from tests.conformance.matrix_house import PICKLE_KEY


async def main(account_file: Path, folder: Path) -> None:
    """Serve until killed."""
    account = Account(**json.loads(account_file.read_text()))

    def make(core: Core) -> MatrixAdapter:
        return MatrixAdapter(core, account, folder / "matrix", PICKLE_KEY, Options(encrypt_direct=False))

    app = await build_app(folder, Clock(), make)
    await app.run()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
