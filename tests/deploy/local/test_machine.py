"""The machine's troubles, each in one sentence; archives that are not the locked ones are refused."""

from __future__ import annotations

import hashlib
import socket
from pathlib import Path

import pytest

from deploy.local import jars
from deploy.local.home import Remembered, alone, make_home
from deploy.local.processes import ports
from deploy.machine import require_disk
from deploy.trouble import Trouble


def test_a_port_in_use_is_said_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind((ports.LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Trouble, match=f"Port {port} for gateway is in use"):
            ports.choose(["gateway"], {}, {"gateway": port})


def test_a_kept_port_that_somebody_took_is_replaced() -> None:
    with socket.socket() as taken:
        taken.bind((ports.LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert ports.choose(["gateway"], {"gateway": port}, {})["gateway"] != port


def test_two_that_had_one_port_get_two_for_both_may_listen_now() -> None:
    [port] = ports.find(1)
    chosen = ports.choose(("feed", "feed_operations"), {"feed": port, "feed_operations": port}, {})
    assert chosen["feed"] == port != chosen["feed_operations"]


def test_ports_are_kept_while_they_are_free() -> None:
    first = ports.choose(["gateway", "kafka"], {}, {})
    assert ports.choose(["gateway", "kafka"], first, {}) == first


@pytest.fixture
def locked(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A lock of one archive that is in the cache: lock, cache, archive."""
    lock, cache = tmp_path / "jars.lock", tmp_path / "cache"
    sha256 = hashlib.sha256(b"genuine").hexdigest()
    lock.write_text(f"{jars.Jar(sha256, 'kafka', 'org.example', 'thing', '1.0')}\n")
    archive = cache / f"jars-{jars.sha256_of(lock)[:12]}/kafka/thing-1.0.jar"
    archive.parent.mkdir(parents=True)
    archive.write_bytes(b"genuine")
    return lock, cache, archive


def test_locked_archives_in_the_cache_need_no_network(locked: tuple[Path, Path, Path]) -> None:
    lock, cache, archive = locked
    assert jars.install(lock=lock, cache=cache)["kafka"] == archive.parent


def test_an_archive_with_another_checksum_is_refused(locked: tuple[Path, Path, Path]) -> None:
    lock, cache, archive = locked
    archive.write_bytes(b"changed")
    with pytest.raises(Trouble, match=r"thing-1\.0\.jar is not the file that .* names"):
        jars.install(lock=lock, cache=cache)


def test_every_line_of_the_lock_is_read_back_as_it_was_written() -> None:
    lines = [line for line in jars.LOCK.read_text().splitlines() if not line.startswith("#")]
    assert [str(jar) for jar in jars.read_lock()] == lines


def test_too_little_disk_is_said(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"Only \d+ MB are free"):
        require_disk(tmp_path, need_mb=10**12)


def test_one_home_has_one_supervisor(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    with alone(home), pytest.raises(Trouble, match="already runs in"), alone(home):
        pass


def test_secrets_are_for_the_owner_alone(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    secret = Remembered.open(home).secret("postgres")
    assert Remembered.open(home).secret("postgres") == secret
    assert (home / "kept.json").stat().st_mode & 0o777 == 0o600


def test_found_ports_are_different_and_none_that_an_outgoing_connection_is_given() -> None:
    first = int(ports.OUTGOING.read_text().split()[0])
    found = ports.find(50)
    assert len(set(found)) == 50
    assert all(ports.PORT_MIN <= port < first for port in found)
