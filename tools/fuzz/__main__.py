"""Look for input that breaks one of our own parsers, led by coverage (atheris, libFuzzer).

usage: python -m tools.fuzz [SECONDS [TARGET ...]]   (default 300 for all targets together)

What breaks a parser is kept in tests/samples/fuzz, where tests read it from then on.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["archive", "keys"]):
    from tools.fuzz.seeds import FOUND, seeds
    from tools.fuzz.targets import TARGETS

_LONGEST = 20_000  # bytes of one input
_SLOWEST = 20  # seconds for one input


def _one(target: str, corpus: str, seconds: str) -> None:
    """Fuzz one target in this process, which ends with it."""
    kept = FOUND / target
    kept.mkdir(parents=True, exist_ok=True)
    settings = [
        f"-max_total_time={seconds}",
        f"-max_len={_LONGEST}",
        f"-timeout={_SLOWEST}",
        f"-artifact_prefix={kept}/",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *settings, corpus], TARGETS[target])
    atheris.Fuzz()


def main(seconds: int, chosen: list[str]) -> int:
    """Fuzz the targets one after the other; return how many of them broke."""
    broke = []
    for target in chosen:
        with tempfile.TemporaryDirectory() as corpus:
            for number, seed in enumerate(seeds(target)):
                (Path(corpus) / str(number)).write_bytes(seed)
            share = str(max(1, seconds // len(chosen)))
            command = [sys.executable, "-m", "tools.fuzz", "--one", target, corpus, share]
            done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - ourselves
        with suppress(OSError):  # something in it is kept
            (FOUND / target).rmdir()
        told = done.stderr.decode(errors="replace").splitlines()
        runs = next((line.split()[-1] for line in told if "executed_units" in line), "?")
        print(f"{target}: {runs} inputs, {'broke' if done.returncode else 'held'}")
        if done.returncode:
            broke.append(target)
            print("\n".join(told[-40:]))
    return len(broke)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _one(*sys.argv[2:5])
    sys.exit(main(int((sys.argv[1:] or ["300"])[0]), sys.argv[2:] or list(TARGETS)))
