"""How the archive is doing, for whoever runs it: work, room, backups; nothing of content."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from archive.model.access import Action
from archive.model.jobs import JobState
from archive.services.events import authorise, look
from archive.services.parts import Archive
from archive.services.session import Session

_CATALOG = ("", "-wal", "-shm")  # files of SQLite


@dataclass(frozen=True, slots=True)
class Work:
    """Jobs of one stage and code: how many are open, how many were put aside, since when."""

    stage: str
    code: str | None
    open: int
    dismissed: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Overview:
    """Sizes in bytes; `index` is how many records wait for an index, `backup` when one was made."""

    work: tuple[Work, ...]
    index: int
    free: int
    total: int
    catalog: int
    backup: datetime | None
    backup_days: int | None


def overview(archive: Archive, session: Session) -> Overview:
    """Return how the archive is doing.

    Raises:
        NotPermitted: the member may not make backups.
    """
    authorise(archive, session, Action.BACK_UP)
    look(archive, session, of="operations")
    with archive.catalog.read() as snapshot:
        rows = list(snapshot.jobs.all(archive.collection))
        waiting = snapshot.outbox.count()
    kinds = sorted({(row.stage, row.code) for row in rows}, key=lambda one: (one[0], one[1] or ""))
    states = Counter((row.stage, row.code, row.state) for row in rows)
    work = tuple(
        Work(
            stage,
            code,
            states[stage, code, JobState.OPEN.value],
            states[stage, code, JobState.DISMISSED.value],
            min(
                (row.since for row in rows if (row.stage, row.code) == (stage, code)), default=None
            ),
        )
        for stage, code in kinds
    )
    folder = archive.folder
    disk, made = shutil.disk_usage(folder.path), folder.last_backup()
    files = [folder.catalog.with_name(folder.catalog.name + end) for end in _CATALOG]
    return Overview(
        work=work,
        index=waiting,
        free=disk.free,
        total=disk.total,
        catalog=sum(one.stat().st_size for one in files if one.exists()),
        backup=made,
        backup_days=None if made is None else (archive.clock() - made).days,
    )
