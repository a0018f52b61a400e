"""The source as the laws see it: files under version control, and syntax trees."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_NOT_OURS = {".venv", ".git", "build", "var", "secrets", "__pycache__", "node_modules"}


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path
    """Relative to the repository."""

    @property
    def module(self) -> str:
        """`cogs.alerts.store`; a package has the name of its folder."""
        return ".".join(self.path.with_suffix("").parts).removesuffix(".__init__")

    @property
    def text(self) -> str:
        """The whole file."""
        return (ROOT / self.path).read_text(encoding="utf-8")

    @property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return _parsed(self.path)

    def imports(self) -> Iterator[tuple[str, int]]:
        """Every module it names in an import, with the line; `from a import b` gives both `a` and `a.b`."""
        package = self.module if self.path.name == "__init__.py" else self.module.rpartition(".")[0]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                parent = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
                origin = ".".join([*parent, *([node.module] if node.module else [])])
                yield origin, node.lineno
                yield from ((f"{origin}.{alias.name}", node.lineno) for alias in node.names)


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), str(path))


@cache
def files() -> tuple[Path, ...]:
    """What is or would be under version control, relative to the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        names = (Path(name) for name in listed.stdout.decode().split("\0") if name)
    else:  # a source archive has no .git
        names = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return tuple(sorted(name for name in names if not _NOT_OURS & set(name.parts) and (ROOT / name).is_file()))


def sources(*folders: str) -> list[Source]:
    """The Python files below these top-level folders."""
    return [Source(path) for path in files() if path.suffix == ".py" and path.parts[0] in folders]


def features() -> list[str]:
    """The names of the folders in `cogs/`."""
    return sorted({path.parts[1] for path in files() if path.parts[0] == "cogs" and len(path.parts) > 2})
