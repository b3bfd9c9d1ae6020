"""The room around a zygote: bwrap(1) with what Python needs of the file system and nothing else.

The process is alone in its own user, process, network, mount, IPC and UTS namespaces; home and temp
are a tmpfs that ends with it. It is not told to die with its parent: that would be with the thread
that started it. It ends when its control socket closes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

_ALONE = ("--unshare-all", "--as-pid-1", "--cap-drop", "ALL", "--clearenv", "--chdir", "/")
# /proc and /dev for the virtual machine of `native`; both zygotes are in the same room, so that one
# try tells whether there is one.
_MADE = ("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp")  # noqa: S108 - of its own
_ABSOLUTE_LINKS = ("/bin", "/lib", "/lib32", "/lib64", "/libx32", "/sbin")
_OPTIONAL = ("/etc/ld.so.cache", "/etc/alternatives")
_FOLDERS = ("TESSDATA_PREFIX",)  # variables that name a folder to be seen inside
HOME = "/tmp"  # noqa: S108 - a tmpfs that nobody else sees


def wrap(
    program: Path, command: Sequence[str], environment: Mapping[str, str], readers: str
) -> list[str]:
    """Return what runs `command` inside bwrap; `readers` is a module that it imports."""
    line = [str(program), *_ALONE, *_MADE]
    for link in map(Path, _ABSOLUTE_LINKS):
        if link.is_symlink():
            line += ["--symlink", str(link.readlink()), str(link)]
    for path in sorted({*_needed(), *_packages(readers)}):
        line += ["--ro-bind", str(path), str(path)]
    for name in (*_OPTIONAL, *(environment[one] for one in _FOLDERS if one in environment)):
        line += ["--ro-bind-try", name, name]
    for name, value in environment.items():
        line += ["--setenv", name, value]
    return [*line, "--remount-ro", "/", "--", *command]


def _needed() -> Iterator[Path]:
    """Yield the folders of the system's libraries, of Python and of what is installed for it."""
    libraries = [path for path in map(Path, _ABSOLUTE_LINKS) if not path.is_symlink()]
    installed = [Path(path) for path in sys.path if Path(path).name.endswith("-packages")]
    for path in (Path("/usr"), Path(sys.base_prefix), Path(sys.prefix), *libraries, *installed):
        if path.is_dir():
            yield path
            yield path.resolve()


def _packages(readers: str) -> Iterator[Path]:
    """Yield the folders of this package and of the one with the readers, and not what is beside."""
    for name in {__name__.partition(".")[0], readers.partition(".")[0]}:
        spec = find_spec(name)
        yield from (Path(one).resolve() for one in (spec and spec.submodule_search_locations) or ())
