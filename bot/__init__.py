"""What every feature stands on."""

import sys

# structlog draws tracebacks with Rich where it is installed (Typer brings it), and so loads it and Pygments, 5 MB, for
# a log of JSON lines. It is told once that there is none; whoever wants Rich after that gets it.
_rich = sys.modules.get("rich")
if _rich is None:
    sys.modules["rich"] = None  # type: ignore[assignment]
import structlog.dev  # noqa: E402, F401

if _rich is None:
    del sys.modules["rich"]
