"""A fleet in which everything goes wrong: each fault is named, none stops the rest, no token is to be seen."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from helpers.fleet import options_of
from helpers.git_server import git_server
from helpers.repository import Repo
from helpers.tokens import token

from keyscan.fleet.model import Repository, Status, Task
from keyscan.fleet.process import AuditProcess

pytest.importorskip("distributed", reason="Dask is not installed")
KEY = token("sk-ant-api03-{b64url:93}AA")
# What a forge calls a token, and what must be seen nowhere.
TOKEN = "forge-" + "t0ken-of-" + "the-test"


def packed(path, number=3, bare="") -> Path:
    """A repository with so many commits, all its objects in one pack, the key in the first."""
    repo = Repo(path, *([bare] if bare else []))
    out = []
    for at in range(number):
        body = f"key = '{KEY}'\n" if at == 0 else f"{at}\n" + f"value_{at} = compute({at})\n" * 40
        out.append(f"commit refs/heads/main\ncommitter A <a@example.org> {1_600_000_000 + at} +0000\ndata 1\nx\n")
        out.append(f"M 100644 inline f{at % 7}.py\ndata {len(body)}\n{body}\n")
    repo.git("-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", stdin="".join(out).encode())
    return path


def cut_pack(path, keep=0.5):
    """Damage the pack of a bare repository behind its first objects."""
    (pack,) = (path / "objects" / "pack").glob("*.pack")
    pack.chmod(0o644)
    data = bytearray(pack.read_bytes())
    for at in range(int(len(data) * keep), len(data) - 20):
        data[at] ^= 0x55
    pack.write_bytes(data)


@pytest.fixture
def silent():
    """The port of a server that accepts connections and never says anything."""
    server = socket.create_server(("127.0.0.1", 0))
    held = []

    def accept():
        while True:
            try:
                held.append(server.accept()[0])
            except OSError:
                return

    threading.Thread(target=accept, daemon=True).start()
    yield server.getsockname()[1]
    server.close()
    for one in held:
        one.close()


def statuses(state):
    """(status, reason) of each repository by the last part of its location."""
    db = sqlite3.connect(state / "fleet.sqlite")
    rows = db.execute("SELECT location, status, reason FROM repositories").fetchall()
    db.close()
    return {location.rsplit("/", 1)[-1]: (status, reason) for location, status, reason in rows}


def test_every_fault_is_named_and_none_stops_the_rest(tmp_path, spawn, silent):
    """Hanging, corrupt, broken off half-way, very large, gone, out of reach: and the sound ones are audited."""
    fleet = tmp_path / "fleet"
    for name in ("sound", "sound2"):
        packed(fleet / name)
    packed(fleet / "large", 400)
    cut_pack(packed(fleet / "corrupt", 30, "--bare"), 0.1)
    cut_pack(packed(fleet / "half-way", 30, "--bare"))
    shutil.rmtree(packed(fleet / "no-refs", 3, "--bare") / "refs")
    (fleet / "no-refs" / "refs").mkdir()
    listing = tmp_path / "list.txt"
    local = [str(fleet / name) for name in ("sound", "corrupt", "large", "no-refs", "gone", "sound2")]
    remote = [(fleet / "half-way").as_uri(), f"https://127.0.0.1:{silent}/hangs", "https://127.0.0.1:9/unreachable"]
    listing.write_text("\n".join([*remote, *local]) + "\n")
    state = tmp_path / "state"
    result = spawn(["fleet", str(listing), "--state", str(state), "-j", "2", "--timeout", "40", "--log-format", "json"])
    found = statuses(state)
    assert result.code == 1, result.err
    assert {name: found[name][0] for name in ("sound", "sound2", "large")} == dict.fromkeys(
        ("sound", "sound2", "large"), "audited"
    )
    assert "took longer than 40 seconds" in found["hangs"][1]
    assert found["corrupt"][0] in {"incomplete", "failed"}
    assert found["half-way"][0] in {"failed", "unreachable"}
    assert found["no-refs"] == ("incomplete", "there are packs of objects, but no refs: damaged, or being deleted")
    assert found["gone"] == ("unreachable", "no such directory")
    assert found["unreachable"][0] == "unreachable"
    for name in ("hangs", "corrupt", "half-way", "no-refs", "gone", "unreachable"):
        assert found[name][1]
        assert f"{name}: {found[name][1]}"[:40] in result.out
    assert result.out.startswith("Audited 3 of 9 repositories; 6 not wholly read:")
    assert len([json.loads(line) for line in result.err.splitlines()]) == 9
    assert not list((state / "clones").iterdir())
    assert KEY not in result.out + result.err


@pytest.mark.parametrize("gone", ["", ".git/objects", ".git/refs", ".git/HEAD"])
def test_a_repository_that_is_deleted_meanwhile_is_never_covered(tmp_path, gone):
    """Whatever of it is gone first, and while the audit runs: it is not called audited or empty."""
    place = packed(tmp_path / "going", 30)
    process = AuditProcess(options_of(tmp_path, timeout=60))
    try:
        process.audit(Task(Repository("sound", str(packed(tmp_path / "sound")), local=True)))
        audit = psutil.Process(process._process.pid)
        audit.suspend()

        def delete():
            time.sleep(0.2)
            shutil.rmtree(place / gone) if (place / gone).is_dir() else (place / gone).unlink()
            audit.resume()

        threading.Thread(target=delete).start()
        found = process.audit(Task(Repository("going", str(place), local=True)))
    finally:
        process.close()
    assert found.status in {Status.UNREACHABLE, Status.INCOMPLETE, Status.FAILED}
    assert found.reason


def limited(argv, size):
    """Run the command line where no file may grow beyond `size` bytes, as on a disk that is full."""
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}));"
        "from keyscan.cli import main; sys.exit(main.main(sys.argv[1:]))"
    )
    return subprocess.run([sys.executable, "-c", code, *argv], capture_output=True, check=False, text=True)


@pytest.mark.skipif(os.name == "nt", reason="needs limits on the size of files")
class TestFullDisk:
    def test_a_clone_that_does_not_fit_is_named(self, tmp_path):
        """What needs no room is audited, and nothing of the clone is left."""
        repo = Repo(tmp_path / "huge")
        repo.stage("noise.bin", os.urandom(3 << 20))
        repo.commit()
        listing = tmp_path / "list.txt"
        listing.write_text(f"{repo.path.as_uri()}\n{packed(tmp_path / 'sound')}\n")
        state = tmp_path / "state"
        done = limited(["fleet", str(listing), "--state", str(state), "-j", "1"], 2 << 20)
        found = statuses(state)
        assert found["sound"][0] == "audited", done.stderr
        assert found["huge"][0] == "failed"
        assert "cannot be cloned: " in found["huge"][1]
        assert done.returncode == 1
        assert not list((state / "clones").iterdir())

    def test_a_state_that_cannot_be_written_ends_the_run(self, tmp_path):
        """In one line that names the file; what was stored before stays, and the next run goes on from there."""
        for number in range(30):
            packed(tmp_path / "fleet" / f"r{number}")
        state = tmp_path / "state"
        argv = ["fleet", str(tmp_path / "fleet"), "--state", str(state), "-j", "1", "--log-format", "json"]
        done = limited(argv, 150_000)
        assert done.returncode == 3
        last = done.stderr.splitlines()[-1]
        assert "fleet.sqlite: cannot be written: " in last
        assert "what was finished before is kept" in last
        assert "Traceback" not in done.stderr
        before = sum(status == "audited" for status, _ in statuses(state).values())
        again = subprocess.run([sys.executable, "-m", "keyscan", *argv], capture_output=True, check=False, text=True)
        assert again.returncode == 1, again.stderr
        assert json.loads(again.stderr.splitlines()[0])["total"] == 30 - before < 30
        assert {status for status, _ in statuses(state).values()} == {"audited"}


def test_a_token_is_seen_by_its_forge_only(tmp_path, monkeypatch):
    """Clones over HTTPS with the token of the environment: not in arguments, URLs, state, clones, logs or reports."""
    packed(tmp_path / "forge" / "team" / "app.git", 20, "--bare")
    with git_server(tmp_path / "forge", TOKEN) as server:
        authority = tmp_path / "ca.pem"
        authority.write_bytes(server.certificate)
        monkeypatch.setenv("GIT_SSL_CAINFO", str(authority))
        monkeypatch.setenv("FORGE_TOKEN", TOKEN)
        monkeypatch.setenv("GIT_TRACE", "1")
        location = f"https://127.0.0.1:{server.port}/team/app.git"
        one = Repository("team/app", location, token_variable="FORGE_TOKEN")
        process = AuditProcess(options_of(tmp_path, timeout=60, keep=True))
        seen, stop = set(), threading.Event()

        def watch():
            while not stop.is_set():
                for child in psutil.Process().children(recursive=True):
                    try:
                        seen.add(" ".join(child.cmdline()))
                    except psutil.Error:
                        continue

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            found = process.audit(Task(one))
            again = process.audit(Task(one, known=found.digest))
            monkeypatch.setenv("FORGE_TOKEN", "another")
        finally:
            stop.set()
            watcher.join()
            process.close()
        refused = AuditProcess(options_of(tmp_path / "refused", timeout=60))
        try:
            not_let_in = refused.audit(Task(one))
        finally:
            refused.close()
    assert (found.status, len(found.findings), again.status) == (Status.AUDITED, 1, Status.UNCHANGED), found.reason
    assert (not_let_in.status, TOKEN in not_let_in.reason) == (Status.UNREACHABLE, False)
    assert any("clone" in line or "remote-https" in line for line in seen)
    assert not [line for line in seen if TOKEN in line]
    assert not [asked for asked in server.asked if TOKEN in asked.path]
    assert TOKEN not in repr((found, again))
    stored = [file for file in (tmp_path / "state").rglob("*") if file.is_file()]
    assert stored
    assert not [file for file in stored if TOKEN.encode() in file.read_bytes()]
