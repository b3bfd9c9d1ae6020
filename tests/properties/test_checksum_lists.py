"""What the coreutils write is read back; whatever else comes, no path leaves the list's folder."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.services.checksums import ListUnusable, parse_list, parse_manifest

ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
NAMES = st.lists(
    st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1)
    .map(lambda name: name.encode()[:200].decode(errors="ignore"))
    .filter(lambda name: name not in {"", ".", ".."}),
    min_size=1,
    max_size=4,
    unique=True,
)


def written_by(program: str, folder: str, names: list[str], *options: str) -> bytes:
    for name in names:
        Path(folder, name).write_text(name)
    command = [program, *options, "--", *names]
    return subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout


@pytest.mark.parametrize("options", [(), ("--tag",), ("--binary",)], ids=["plain", "tag", "binary"])
@given(names=NAMES, algorithm=st.sampled_from(ALGORITHMS))
@settings(deadline=None, max_examples=25)
def test_every_name_in_a_list_of_the_coreutils_comes_back(
    options: tuple[str, ...], names: list[str], algorithm: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = written_by(f"{algorithm}sum", folder, names, *options)
    listed = parse_list(f"{algorithm.upper()}SUMS", data)
    assert [one.path for one in listed] == names
    assert {one.checksum.algorithm for one in listed} == {algorithm}


LINES = st.lists(
    st.one_of(
        st.binary(max_size=60),
        st.builds(
            lambda digest, gap, path: digest.encode() + gap + path,
            st.text("0123456789abcdef", min_size=64, max_size=64),
            st.sampled_from([b"  ", b" *", b"\t", b" "]),
            st.lists(
                st.sampled_from(
                    [b"data", b"..", b".", b"", b"a\\b", b"c:", b"\xec\x82\xac", b"%2e"]
                ),
                min_size=1,
                max_size=5,
            ).map(b"/".join),
        ),
    ),
    max_size=4,
).map(b"\n".join)


@given(data=st.one_of(st.binary(max_size=300), LINES))
@settings(deadline=None, max_examples=400)
def test_no_list_names_a_path_outside_its_folder(data: bytes) -> None:
    for read in (
        lambda: parse_list("SHA256SUMS", data),
        lambda: parse_manifest("manifest-sha256.txt", data, "utf-8"),
        lambda: parse_manifest("tagmanifest-sha256.txt", data, "utf-16"),
    ):
        listed = ()
        with suppress(ListUnusable):
            listed = read()
        for one in listed:
            inside = os.path.normpath(os.path.join("/folder", one.path))
            assert inside.startswith("/folder/")
            assert len(one.checksum.digest) == 64
