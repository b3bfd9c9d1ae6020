"""Stacks that a fork leaves behind: what other threads write over them is put back."""

from __future__ import annotations

import subprocess
import sys

import pytest

_PROGRAM = """
import ctypes, os, sys, threading
from archive.extraction import native
from archive.extraction.stacks import frames, put_back

end = threading.Event()
threading.Thread(target=end.wait, daemon=True).start()
native.settle()
kept = frames()
child = os.fork()
if child:
    end.set()
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
library, taken = ctypes.CDLL(None), []
for _ in range(8):
    thread = ctypes.c_ulong()
    at_once = ctypes.cast(library.getpid, ctypes.c_void_p)
    assert not library.pthread_create(ctypes.byref(thread), None, at_once, None)
    taken.append(thread.value)
put_back(kept if "back" in sys.argv else (), taken)
over = [
    one.content[: at - one.pointer] == ctypes.string_at(one.pointer, at - one.pointer)
    for one in kept
    for at in taken
    if one.pointer < at < one.pointer + len(one.content)
]
os._exit(10 + all(over) if over else 1)
"""


@pytest.mark.parametrize(("word", "same"), [("back", True), ("left", False)])
def test_what_new_threads_write_over_is_put_back(word: str, same: bool) -> None:
    command = [sys.executable, "-W", "ignore", "-c", _PROGRAM, word]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (10 + same, "")
