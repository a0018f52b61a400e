"""`causeway`, or `python -m bot`: an error is one sentence and exit code 1; a traceback only with --debug."""

from __future__ import annotations

import gc
import sys

# Starting makes half a million objects that stay. Each look over them takes a tenth of a second and finds nothing, and
# there are several: `build_core` switches it on again.
gc.disable()

from bot.cli import Session, build  # noqa: E402
from bot.errors import CausewayError  # noqa: E402


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
