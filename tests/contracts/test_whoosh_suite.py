"""Whoosh's own tests, on our storage and codec; they come with its source and are not kept here.

The source is looked for in the file that `STRONGROOM_WHOOSH_SDIST` names, and else fetched; it must
be the one that `requirements.lock` pins.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

EXCLUDED = {
    "term vectors are not kept": (
        "vector or test_add_text or keyterms or test_more_like_this or test_basic_serial"
        " or test_merge_serial or test_merge_multi or function_facet or sorting_function"
        " or test_add_reader or test_single_term or test_vpst_block_tag"
    ),
    "its workers share plain files and pickles": "test_mpwriter",
    "lengths are exact, not rounded": (
        "test_lengths or test_many_lengths or test_max_field_length or test_minmax_field_length"
    ),
    "what is stored is JSON, which has no tuples": "test_docwriter_two or test_stored_tuple",
    "the folder has one lock of its own": "test_filelock_simple",
    "sealed files cannot be mapped": "test_simple_compound_mmap",
    "it asks for a method of Whoosh's own codec": "test_add_sortable",
    "it depends on the order of a set": "test_minimize_dfa",
}


def source(folder: Path) -> Path:
    """Return the pinned source of Whoosh, fetched to `folder` unless it is at hand."""
    named = os.environ.get("STRONGROOM_WHOOSH_SDIST")
    if named:
        return Path(named)
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary"]
    done = subprocess.run(
        [*fetch, "whoosh", "--dest", folder, "whoosh==2.7.4"], capture_output=True, check=False
    )
    found = list(folder.glob("[Ww]hoosh-2.7.4.*"))
    if done.returncode or not found:
        pytest.skip("WHOOSH'S OWN TESTS DID NOT RUN: its source is neither named nor to be fetched")
    return found[0]


@pytest.mark.slow
def test_whooshs_own_tests_pass_on_our_storage_and_codec(tmp_path: Path) -> None:
    archive = source(tmp_path)
    assert sha256(archive.read_bytes()).hexdigest() in (ROOT / "requirements.lock").read_text()
    with zipfile.ZipFile(archive) as whole:
        whole.extractall(tmp_path)
    excluded = " or ".join(EXCLUDED.values())
    command = f"""-q -c {os.devnull} --rootdir=. --tb=line --import-mode=importlib
        -p tests.oracle.whoosh_parts -p no:cacheprovider --basetemp={tmp_path / "base"} tests"""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *command.split(), "-k", f"not ({excluded})"],
        cwd=tmp_path / "Whoosh-2.7.4",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    summary = done.stdout.splitlines()[-1] if done.stdout else done.stderr
    assert done.returncode == 0, done.stdout[-3000:]
    passed = re.search(r"(\d+) passed", summary)
    assert passed is not None
    assert int(passed[1]) >= 500
