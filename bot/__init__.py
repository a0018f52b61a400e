"""What every feature stands on."""

import sys

# structlog loads Rich (and Pygments) where it is installed, to draw tracebacks, and Twisted: 8 MB for a log of JSON
# lines. It is told once that there is none of them; whoever wants one after that gets it.
_UNWANTED = ("rich", "twisted")
_loaded = {name: sys.modules.get(name) for name in _UNWANTED}
sys.modules.update({name: None for name, one in _loaded.items() if one is None})  # type: ignore[misc]
import structlog.dev  # noqa: E402, F401

for _name, _one in _loaded.items():
    if _one is None:
        del sys.modules[_name]
