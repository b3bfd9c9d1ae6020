"""Where a command's settings come from: flag, environment, user's file, system's file."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.errors import InvalidValue

KEYS = (
    "archive",
    "member",
    "passphrase_file",
    "passphrase_command",
    "identity_file",
    "kdf_profile",
    "clamd",
    "second_factor",
    "hosts",
)
_SYSTEM = Path("/etc/strongroom/config.toml")


@dataclass(slots=True)
class Settings:
    """What holds for one command; `origins` says where each value came from."""

    values: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    json: bool = False
    quiet: bool = False

    def set_flag(self, key: str, value: str | None) -> None:
        """Take a value given on the command line."""
        if value is not None:
            self.values[key] = value
            self.origins[key] = "flag"

    def get(self, key: str) -> str | None:
        """Return a value, or `None` when nobody set it."""
        return self.values.get(key)


def config_files() -> tuple[Path, ...]:
    """Return the configuration files, the system's first; without a home the system's alone."""
    try:
        home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    except RuntimeError:
        return (_SYSTEM,)
    return _SYSTEM, home / "strongroom" / "config.toml"


def load() -> Settings:
    """Return the settings of files and environment; flags are added later.

    Raises:
        InvalidValue: a configuration file is not TOML or has an unknown key.
    """
    settings = Settings()
    for path in config_files():
        for key, value in _read(path).items():
            settings.values[key] = str(value)
            settings.origins[key] = str(path)
    for key in KEYS:
        variable = f"STRONGROOM_{key.upper()}"
        if os.environ.get(variable):
            settings.values[key] = os.environ[variable]
            settings.origins[key] = variable
    return settings


def _read(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise InvalidValue(f"{path} is not valid TOML.") from None
    unknown = set(content) - set(KEYS)
    if unknown:
        raise InvalidValue(f"{path} has unknown keys: {', '.join(sorted(unknown))}.")
    return content
