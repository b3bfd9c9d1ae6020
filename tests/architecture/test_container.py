"""What `deploy/Dockerfile` says is so, as far as it shows without building it."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch

import pytest
from flask import Flask

from tests.architecture.house import ROOT, tracked
from tests.architecture.test_documents import unknown
from webui.guard import _OPEN
from webui.pages import auth

FILE = ROOT / "deploy" / "Dockerfile"
IGNORED = ROOT / "deploy" / "Dockerfile.dockerignore"
SECRET = re.compile(r"(?i)pass(word|phrase)|secret|token|credential|\bkey\b")
Step = tuple[str, str]


def steps(text: str) -> list[list[Step]]:
    """Return the instructions of each stage, continuation lines joined; what precedes is first."""
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"(?m)^#.*\n", "", text))
    stages: list[list[Step]] = [[]]
    for line in filter(None, joined.splitlines()):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            stages.append([])
        stages[-1].append((word, rest))
    return stages


def said(stage: list[Step], word: str) -> list[str]:
    return [rest for one, rest in stage if one == word]


@pytest.fixture(scope="module")
def stages() -> list[list[Step]]:
    return steps(FILE.read_text())


def copied(stages: list[list[Step]]) -> Iterator[str]:
    for stage in stages:
        for rest in said(stage, "COPY"):
            if not rest.startswith("--from="):
                yield from rest.split()[:-1]


def test_it_copies_what_there_is_and_no_more_than_that_is_handed_over(
    stages: list[list[Step]],
) -> None:
    names = list(copied(stages))
    assert len(names) > 5
    kept = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert set(names) <= kept
    lines = IGNORED.read_text().split()
    assert lines[0] == "*"
    assert sorted(names) == sorted(line[1:] for line in lines if line.startswith("!"))
    assert not any(said(stage, "ADD") for stage in stages)


def test_every_package_is_one_of_the_lock_files_by_its_hash(stages: list[list[Step]]) -> None:
    runs = " && ".join(said(stages[1], "RUN"))
    installs = [one for one in runs.split("&&") if "pip install" in one]
    locks = [name for one in installs for name in re.findall(r"-r (\S+)", one)]
    assert locks == ["requirements-build.lock", "requirements.lock"]
    for one in installs:
        if "-r " in one:
            assert {"--require-hashes", "--no-deps"} <= set(one.split())
        else:
            assert one.split()[-1] == "."
            assert {"--no-deps", "--no-build-isolation"} <= set(one.split())
    for name in locks:
        text = (ROOT / name).read_text()
        hashed = re.findall(r"(?m)^\S+==.* \\\n\s+--hash=sha256:[0-9a-f]{64}", text)
        assert len(hashed) == len(re.findall(r"(?m)^\S+==", text)) > 5
    assert "pip" not in " ".join(said(stages[-1], "RUN"))


def test_it_runs_as_a_user_without_rights_from_the_last_thing_that_needs_any(
    stages: list[list[Step]],
) -> None:
    last = stages[-1]
    words = [word for word, _ in last]
    assert said(last, "USER") == ["10001:10001"]
    assert not {"RUN", "COPY"} & set(words[words.index("USER") :])
    assert said(last, "VOLUME") == ["/var/lib/strongroom"]
    assert not said(last, "EXPOSE")


def test_no_secret_is_built_in(stages: list[list[Step]]) -> None:
    given = [rest for stage in stages for word in ("ENV", "ARG") for rest in said(stage, word)]
    assert given
    assert [one for one in given if SECRET.search(one)] == []
    assert "--mount=type=secret" not in FILE.read_text()
    assert SECRET.search("ENV STRONGROOM_PASSPHRASE=x")


def test_what_it_starts_is_a_command_of_the_program(stages: list[list[Step]]) -> None:
    last = stages[-1]
    entry, words = (json.loads(said(last, one)[0]) for one in ("ENTRYPOINT", "CMD"))
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert entry == [f"/opt/strongroom/bin/{next(iter(scripts))}"]
    assert unknown(" ".join(words)) is None
    assert said(last, "STOPSIGNAL") == ["SIGTERM"]


def test_health_is_asked_of_a_page_that_is_open_to_anybody(stages: list[list[Step]]) -> None:
    (line,) = said(stages[-1], "HEALTHCHECK")
    program, _, code = json.loads(line.partition("CMD ")[2])
    assert program == "python3"
    ast.parse(code)
    listen = json.loads(said(stages[-1], "CMD")[0])[-1]
    host, path = re.findall(r"http://([\d.:]+)(/[\w-]+)", code)[0]
    assert host == listen
    app = Flask(__name__)
    app.register_blueprint(auth.pages)
    rule = next(one for one in app.url_map.iter_rules() if one.rule == path)
    assert rule.endpoint in _OPEN


def test_nothing_is_written_where_the_root_file_system_is_read_only(
    stages: list[list[Step]],
) -> None:
    given = dict(re.findall(r"(\w+)=(\S+)", " ".join(said(stages[-1], "ENV"))))
    assert given["PYTHONDONTWRITEBYTECODE"] == "1"
    (volume,) = said(stages[-1], "VOLUME")
    assert given["STRONGROOM_ARCHIVE"].startswith(f"{volume}/")
    guide = (ROOT / "docs" / "guides" / "operator.md").read_text()
    assert any(fnmatch(line, "*run *--read-only*--tmpfs /tmp*") for line in guide.splitlines())
