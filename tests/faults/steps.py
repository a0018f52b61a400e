"""Counts the awaits of the sender and of all that it starts; dies by SIGKILL at the chosen one."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine, Generator
from contextvars import Context, ContextVar, copy_context
from typing import Any

_IN_SENDER: ContextVar[bool] = ContextVar("in_sender", default=False)


class Steps:
    """A task factory for the event loop."""

    def __init__(self, deadly: int | None) -> None:
        self._left = deadly

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task whose awaits count, and those of every task that it starts."""
        context = copy_context()
        context.run(_IN_SENDER.set, True)
        return asyncio.create_task(work, context=context)

    def __call__(
        self, loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any] | Generator[Any, None, Any],
        context: Context | None = None,
    ) -> asyncio.Task[Any]:  # fmt: skip
        counted = context.get(_IN_SENDER, False) if context is not None else _IN_SENDER.get()
        return asyncio.Task(_Counted(work, self) if counted else work, loop=loop, context=context)

    def step(self) -> None:
        """One await was reached."""
        if self._left is None:
            return
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


class _Counted(Coroutine[Any, Any, Any]):
    """A coroutine that says when it waits."""

    def __init__(self, inner: Any, steps: Steps) -> None:
        self._inner, self._steps = inner, steps

    def send(self, value: Any) -> Any:
        waiting_for = self._inner.send(value)
        self._steps.step()
        return waiting_for

    def throw(self, *error: Any) -> Any:
        waiting_for = self._inner.throw(*error)
        self._steps.step()
        return waiting_for

    def close(self) -> None:
        self._inner.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        return (yield from self._inner.__await__())
