"""`causeway`, or `python -m bot`: an error is one sentence and exit code 1; a traceback only with --debug."""

from __future__ import annotations

import sys

from bot.cli import Session, build
from bot.errors import CausewayError


def main(arguments: list[str] | None = None) -> None:
    """Runs one command and ends the process."""
    session = Session()
    try:
        build(sys.argv[1:] if arguments is None else arguments)(args=arguments, obj=session)
    except CausewayError as error:
        if session.debug:
            raise
        session.complain(error)
        sys.exit(1)
    except Exception as error:  # the outermost edge: whatever went wrong below, a person reads one sentence
        if session.debug:
            raise
        session.complain(CausewayError("cli.broken", kind=type(error).__name__))
        sys.exit(1)


if __name__ == "__main__":
    main()
