"""Where the empty installation lies that the examples copy; set once by the fixture."""

from __future__ import annotations

from pathlib import Path

folder = Path()
