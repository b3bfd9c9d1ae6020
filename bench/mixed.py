"""A mixed folder through the whole ingest, beside the same readers bare in as many processes.

usage: python bench/mixed.py [FILES]   (default 1,000)

Bare: no sandbox, no sealing, no ledger, no index; each file is read and thrown away, by libraries
that take one thread each as they do in the sandbox. Prints files a second of both, the ratio, and
how much the memory of all processes grew in the second half.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import random
import resource
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from archive.bootstrap import init_archive, open_archive
from archive.extraction import media_type
from archive.extraction.limits import SECOND_PDF
from archive.services.intake.ingest import PathInput, ingest, totals
from archive.services.session import sign_in
from keys.profiles import RFC9106_SECOND

_ONE_THREAD = dict.fromkeys(("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
_PASSPHRASE = b"granite lantern ferry seven"
_CHANCE = random.Random(7)
_SYLLABLES = [a + b for a in "bdfgklmnprst" for b in ("a", "e", "i", "o", "u", "an", "or")]
_WORDS = ["".join(_CHANCE.choices(_SYLLABLES, k=_CHANCE.randint(1, 4))) for _ in range(4000)]
_DOCUMENT = (
    '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/'
    'wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
)
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
    '.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/'
    '2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)


def _words(count: int) -> str:
    return " ".join(_CHANCE.choices(_WORDS, k=count))


def _text() -> bytes:
    return _words(_CHANCE.randint(100, 900)).encode()


def _page() -> bytes:
    title, body = _words(4), "".join(f"<p>{_words(60)}</p>" for _ in range(8))
    return f"<!DOCTYPE html><title>{title}</title>{body}".encode()


def _mail() -> bytes:
    head = f"From: a@b.example\nTo: c@d.example\nSubject: {_words(5)}\nMIME-Version: 1.0\n"
    parts = f"--x\nContent-Type: text/plain\n\n{_words(200)}\n--x\nContent-Type: text/plain\n"
    parts += f'Content-Disposition: attachment; filename="a.txt"\n\n{_words(150)}\n--x--\n'
    return f'{head}Content-Type: multipart/mixed; boundary="x"\n\n{parts}'.encode()


def _pdf() -> bytes:
    made = io.BytesIO()
    canvas = Canvas(made, invariant=1)
    for _ in range(3):
        for line in range(40):
            canvas.drawString(60, 780 - 18 * line, _words(9))
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def _office() -> bytes:
    made = io.BytesIO()
    paragraphs = "".join(f"<w:p><w:r><w:t>{_words(50)}</w:t></w:r></w:p>" for _ in range(12))
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", _TYPES)
        package.writestr("_rels/.rels", _RELATIONS)
        package.writestr("word/document.xml", _DOCUMENT.format(paragraphs))
    return made.getvalue()


def _scan() -> bytes:
    image = Image.new("L", (1240, 700), 255)
    drawn = ImageDraw.Draw(image)
    for line in range(10):
        drawn.text((60, 40 + 60 * line), _words(7), fill=0, font_size=32)
    made = io.BytesIO()
    image.save(made, "PNG")
    return made.getvalue()


def _noise() -> bytes:
    return b"\0\1" + _CHANCE.randbytes(_CHANCE.randint(4_000, 400_000))


_KINDS = {
    # kind: files of each thousand
    (".txt", _text): 330,
    (".html", _page): 150,
    (".eml", _mail): 200,
    (".pdf", _pdf): 120,
    (".docx", _office): 80,
    (".png", _scan): 20,
    (".bin", _noise): 100,
}


def _fill(box: Path, count: int) -> None:
    makers = [kind for kind, share in _KINDS.items() for _ in range(share)]
    for number in range(count):
        ending, make = _CHANCE.choice(makers)
        (box / f"{number:05}{ending}").write_bytes(make())


def _read_bare(path: Path) -> bool:
    from archive.extraction.readers import READERS

    data = path.read_bytes()
    kind = media_type(data[: 1 << 20])
    kinds = {kind, SECOND_PDF} if kind == "application/pdf" else {kind}
    asked = [reader for reader in READERS if kinds & set(reader.media_types)]
    for reader in asked:
        getattr(reader, "prepare", lambda: None)()
    found = [reader.read(data).text for reader in asked]
    return None not in found


def _bare(box: Path, processes: int) -> float:
    paths = sorted(box.iterdir())
    os.environ.update(_ONE_THREAD)  # inherited by what is spawned
    start = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        pool.map(_read_bare, paths, chunksize=4)
    return len(paths) / (time.perf_counter() - start)


class _Memory:
    """Samples the memory of this process and all below it, in KiB, while a block runs."""

    def __init__(self) -> None:
        self.samples: list[int] = []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> _Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.25):
            self.samples.append(sum(map(_resident, _family(os.getpid()))))

    def growth(self) -> float:
        """Return the median of the second half over that of the first, without start and end."""
        middle = self.samples[len(self.samples) // 10 : -len(self.samples) // 10 or None]
        first, second = middle[: len(middle) // 2], middle[len(middle) // 2 :]
        return sorted(second)[len(second) // 2] / sorted(first)[len(first) // 2]


def _family(root: int) -> list[int]:
    found = [root]
    for process in found:
        for task in Path(f"/proc/{process}/task").glob("*/children"):
            try:
                found += map(int, task.read_text().split())
            except OSError:
                continue
    return found


def _resident(process: int) -> int:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * resource.getpagesize() // 1024


def _ours(place: Path, box: Path, processes: int) -> tuple[float, float]:
    init_archive(place, "custodian", bytearray(_PASSPHRASE), RFC9106_SECOND)
    archive = open_archive(place, processes=processes)
    session = sign_in(archive, "custodian", bytearray(_PASSPHRASE))
    start = time.perf_counter()
    with _Memory() as memory:
        counts = totals(ingest(archive, session, [PathInput(box)]))
    seconds = time.perf_counter() - start
    assert counts["failed"] + counts["rejected"] == 0, counts
    archive.close()
    return counts["files"] / seconds, memory.growth()


def main() -> None:
    """Print files a second of both, the ratio and the growth."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    processes = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "box").mkdir()
        _fill(place / "box", count)
        ours, growth = _ours(place / "archive", place / "box", processes)
        bare = _bare(place / "box", processes)
    print(f"strongroom ingest, indexed     {ours:7.1f} files/s")
    print(f"the same readers, bare         {bare:7.1f} files/s")
    print(f"ratio                          {ours / bare:7.2f}   (at least 0.80)")
    print(f"memory, second half to first   {growth:7.2f}   (at most 1.10)")


if __name__ == "__main__":
    main()
