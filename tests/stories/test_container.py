"""The container is built on a Debian made here, and an archive lives in it as user 10001.

It takes minutes and a network, so it is asked for: BUILD_IMAGE=1.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = ("buildah", "debootstrap")
IMAGE, BASE = "localhost/strongroom-check", "localhost/strongroom-base"
STORY = """
set -e
umask 077
printf 'seven grey paper lanterns in march\\n' > /tmp/pass
printf 'a note about brass lamps\\n' > /tmp/lamps.txt
strongroom init --member orla --single-custodian --recovery-out /tmp/sheet \\
    --passphrase-file /tmp/pass
strongroom serve --listen 127.0.0.1:8443 --second-factor none > /tmp/log 2>&1 & served=$!
until python3 -c "$HEALTH" 2>/dev/null; do kill -0 $served; sleep 1; done
strongroom --as orla --passphrase-file /tmp/pass ingest /tmp/lamps.txt
strongroom --as orla --passphrase-file /tmp/pass search brass
kill -TERM $served
wait $served
echo "user $(id -u)"
echo "written $(find / -xdev -newer /tmp/pass -type f -not -path '/proc/*' -not -path '/tmp/*' \\
    -not -path '/dev/shm/*' -not -path '/var/lib/strongroom/*' 2>/dev/null | wc -l)"
"""


@pytest.fixture(scope="module")
def buildah(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The words of a buildah that keeps all it makes in a folder of this test."""
    if not os.environ.get("BUILD_IMAGE"):
        pytest.skip("the container is not built: set BUILD_IMAGE=1")
    lacking = [name for name in PROGRAMS if shutil.which(name, path="/usr/sbin:/usr/bin") is None]
    if lacking or os.getuid() != 0:
        pytest.skip(f"the container is not built: needs root and {', '.join(PROGRAMS)}")
    place = tmp_path_factory.mktemp("images")
    words = ["buildah", "--root", f"{place}/root", "--runroot", f"{place}/run"]
    yield [*words, "--storage-driver", "vfs"]
    subprocess.run([*words, "--storage-driver", "vfs", "rm", "--all"], check=False)


def run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


@pytest.fixture(scope="module")
def image(buildah: list[str], tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("base")
    packages = "--include=ca-certificates"
    run("debootstrap", "--variant=minbase", packages, "bookworm", str(place / "debian"))
    empty = run(*buildah, "from", "scratch")
    run(*buildah, "add", "-q", empty, str(place / "debian"), "/")
    run(*buildah, "commit", "-q", "--rm", empty, BASE)
    pip = place / "pip.conf"
    pip.write_text("[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n")
    files = ["/etc/ssl/certs", "/etc/resolv.conf", "/etc/hosts"]
    lent = [f"{one}:{one}:ro" for one in files] + [f"{pip}:/etc/pip.conf:ro"]
    volumes = [word for one in lent for word in ("--volume", one)]
    run(
        *(*buildah, "build", "--isolation", "chroot", "--format", "docker"),
        *("--build-arg", f"BASE={BASE}", *volumes, "-t", IMAGE),
        *("--ignorefile", str(ROOT / "deploy" / "Dockerfile.dockerignore")),
        *("-f", str(ROOT / "deploy" / "Dockerfile"), str(ROOT)),
    )
    return IMAGE


def test_an_archive_is_founded_served_filled_and_searched_in_it(
    buildah: list[str], image: str
) -> None:
    made = json.loads(run(*buildah, "inspect", "--type", "image", image))["Docker"]["config"]
    assert made["User"] == "10001:10001"
    health = made["Healthcheck"]["Test"]
    assert health[:3] == ["CMD", "python3", "-c"]
    box = run(*buildah, "from", image)
    told = run(
        *(*buildah, "run", "--isolation", "chroot", "--env", f"HEALTH={health[3]}", box),
        *("--", "sh", "-c", STORY),
    )
    assert "1 ingested" in told
    assert "1 found." in told
    assert told.splitlines()[-2:] == ["user 10001", "written 0"]
