"""Rebuilt pages: time and bytes of a page, words that can still be found, and the width attack.

    python bench/pages.py [--candidates 5000] [--places 12] [--boxes 2 3] [--attack-alone] [PDF ...]

Without files, pages of invented words are made. Times are processor time, also as a ratio to
rendering the same pages with pdfium and nothing else.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from collections import Counter
from io import BytesIO
from pathlib import Path
from random import Random

import pypdfium2
from reportlab.pdfgen.canvas import Canvas

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from archive.extraction import PDF_PAGES, Sandbox  # noqa: E402
from archive.model.ids import RecordId  # noqa: E402
from archive.model.objects import CanonicalText  # noqa: E402
from archive.model.redaction import Method, Reason, Redaction, RedactionPlan  # noqa: E402
from archive.redaction import text_digest  # noqa: E402
from archive.services.redaction.pages import SAFE, Drawing, redraw  # noqa: E402
from tests.threats.test_width_attack import (  # noqa: E402
    invented,
    remaining,
    remaining_often,
    telling_of,
)

DPI = 144
HIDDEN = 100  # one word in so many
PAGES, WORDS_A_LINE, LINES = 12, 11, 42


def made_up() -> bytes:
    """Return pages of some 460 words in Times."""
    random = Random(7)
    words = [invented(random).split()[0].lower() for _ in range(3_000)]
    written = BytesIO()
    canvas = Canvas(written, pagesize=(595, 842), invariant=1)
    for _ in range(PAGES):
        canvas.setFont("Times-Roman", 11)
        for line in range(LINES):
            shown = " ".join(random.choice(words) for _ in range(WORDS_A_LINE))
            canvas.drawString(72, 770 - 16 * line, shown)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def plan_of(text: CanonicalText) -> RedactionPlan:
    """Return a plan that hides one word in `HIDDEN`."""
    hidden = tuple(
        Redaction(word.start, word.end, Reason.THIRD_PARTY, Method.MANUAL, "manual")
        for word in text.boxes[HIDDEN // 2 :: HIDDEN]
    )
    return RedactionPlan(RecordId("bench"), text_digest(text.text), hidden)


def cpu() -> float:
    """Return the processor time of this process in seconds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def plain(pdf: bytes) -> float:
    """Return the processor time of rendering a page and no more."""
    document = pypdfium2.PdfDocument(pdf)
    document[0].render(scale=DPI / 72, grayscale=True)
    begun = cpu()
    for page in document:
        page.render(scale=DPI / 72, grayscale=True)
    return (cpu() - begun) / len(document)


def measure(name: str, pdf: bytes, sandbox: Sandbox) -> None:
    """Print the figures of one document."""
    text = sandbox.read("application/pdf", pdf).text
    if text is None:
        print(f"{name}: no text")
        return
    plan = plan_of(text)
    for how, drawing in (("as drawn", Drawing(insisted=True)), ("set anew", SAFE)):
        begun, spent = time.monotonic(), cpu()
        rebuilt, pages = redraw(sandbox, PDF_PAGES, pdf, text, plan, drawing=drawing)
        spent, waited = cpu() - spent, time.monotonic() - begun
        raster, count = plain(pdf), len(pypdfium2.PdfDocument(pdf))
        own = spent + 1.4 * raster * count  # the child renders, and a small one in colour
        shown, lost = _found(sandbox, rebuilt, text, plan)
        print(
            f"{name}, {how}: {pages.count} pages of {count}, {shown / pages.count:.0f} words a "
            f"page; a page of the original takes {1000 * own / count:.0f} ms processor time "
            f"({own / raster / count:.1f} x plain rendering), {1000 * waited / count:.0f} ms "
            f"waited, and {pages.size / count / 1000:.1f} kB (original "
            f"{len(pdf) / count / 1000:.1f}); {100 * (1 - lost / max(shown, 1)):.2f} % of the "
            "words are found",
            flush=True,
        )


def _found(
    sandbox: Sandbox, rebuilt: bytes, text: CanonicalText, plan: RedactionPlan
) -> tuple[int, int]:
    """Return how many words are not hidden, and how many of them the rebuilt pages do not have."""
    again = sandbox.read("application/pdf", rebuilt).text
    hidden = {(one.start, one.end) for one in plan.redactions}
    before = Counter(
        text.text[word.start : word.end]
        for word in text.boxes
        if (word.start, word.end) not in hidden
    )
    after = Counter(again.text.split() if again else ())
    return sum(before.values()), sum((before - after).values())


def attack(candidates: int, places: int) -> None:
    """Print how many candidates remain under a box, for one who knows all of the text but it."""
    for justified in (False, True):
        random = Random(5)
        names = [invented(random) for _ in range(candidates)]
        left = [remaining(random, names, justified=justified) for _ in range(places)]
        kind = "justified" if justified else "ragged"
        print(
            f"width attack, {kind}: of {candidates:,} candidates a median of "
            f"{statistics.median(left):,.0f} remain (least {min(left):,}, most {max(left):,}; "
            f"{places} places)"
        )


def attack_often(candidates: int, places: int, boxes: int) -> None:
    """Print how many candidates remain for one who uses several boxes of one name together."""
    for justified in (False, True):
        random = Random(5)
        names = [invented(random) for _ in range(candidates)]
        documents = [
            telling_of(random, 200, random.sample(range(5, 195), boxes), justified=justified)
            for _ in range(places)
        ]
        truths = [random.choice(names) for _ in documents]
        for as_drawn, how in ((True, "as drawn"), (False, "set anew")):
            left = [
                remaining_often(document, names, truth, as_drawn=as_drawn)
                for document, truth in zip(documents, truths, strict=True)
            ]
            kind = "justified" if justified else "ragged"
            print(
                f"{boxes} boxes of one name, {kind}, {how}: of {candidates:,} candidates a median "
                f"of {statistics.median(left):,.0f} remain (least {min(left):,}; {places} pages)",
                flush=True,
            )


def main() -> None:
    """Measure files, or what is made up, and attack."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--candidates", type=int, default=5_000)
    parser.add_argument("--places", type=int, default=6)
    parser.add_argument("--boxes", type=int, nargs="*", default=(), help="of one name, together")
    parser.add_argument("--attack-alone", action="store_true", help="measure no document")
    asked = parser.parse_args()
    documents = {path.name: path.read_bytes() for path in asked.files} or {"made up": made_up()}
    if asked.attack_alone:
        documents = {}
    with Sandbox() as sandbox:
        for name, pdf in documents.items():
            measure(name, pdf, sandbox)
    attack(asked.candidates, asked.places)
    for boxes in asked.boxes:
        attack_often(asked.candidates, asked.places, boxes)


if __name__ == "__main__":
    main()
