"""Many questions about one document, asked of several sandboxes side by side: one for a processor.

Each child is confined as it is alone; what comes back is in the order of the questions.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from queue import SimpleQueue

from archive.errors import SandboxError
from archive.extraction.sandbox import Sandbox
from archive.model.objects import Extraction

_MOST = 4  # sandboxes; each holds the data of recognition, some 150 MB
_WORTH = 2  # questions for each; fewer are answered before another sandbox has begun


def side_by_side(
    sandbox: Sandbox, question: str, data: bytes, orders: Sequence[bytes]
) -> Generator[Extraction | SandboxError, None, None]:
    """Yield the answer to a question about a document for each order, or why there is none.

    As many are under way as there are processors, and no answer waits that is not the next.
    """
    hands = min(len(os.sched_getaffinity(0)), _MOST, len(orders) // _WORTH)
    if hands < _WORTH:
        for order in orders:
            yield _asked(sandbox, question, data, order)
        return
    free: SimpleQueue[Sandbox] = SimpleQueue()
    sandbox.start()
    free.put(sandbox)

    def ask(order: bytes) -> Extraction | SandboxError:
        one = free.get()
        try:
            return _asked(one, question, data, order)
        finally:
            free.put(one)

    with ExitStack() as others:
        for _ in range(hands - 1):
            free.put(others.enter_context(sandbox.another()))
        pool = others.enter_context(ThreadPoolExecutor(hands))
        waiting: deque[Future[Extraction | SandboxError]] = deque()
        for order in orders:
            waiting.append(pool.submit(ask, order))
            if len(waiting) > hands:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _asked(sandbox: Sandbox, question: str, data: bytes, order: bytes) -> Extraction | SandboxError:
    try:
        return sandbox.ask(question, data, order)
    except SandboxError as error:
        return error
