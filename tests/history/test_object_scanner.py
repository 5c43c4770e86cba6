"""Batches of a history's objects, read and scanned."""

from __future__ import annotations

import os
import pickle

import pytest
from helpers.tokens import token

from keyscan.engine import build
from keyscan.git.command import Git
from keyscan.git.objects import Listed
from keyscan.history import object_scanner
from keyscan.history.clean_objects import CleanObjects
from keyscan.history.object_scanner import ObjectScanner, origin_of
from keyscan.model.rule import Severity
from keyscan.ruleset.cache import load_rules
from keyscan.scan.result import ScanOptions

KEY = token("sk-ant-api03-{b64url:93}AA", "objects")


@pytest.fixture(scope="module")
def matcher():
    """All rules."""
    return build.matcher(load_rules())


@pytest.fixture
def scan(repo, matcher):
    """Scan objects of the repository: scan((revision, path), ..., min_severity=...) -> BatchResult."""

    def scan(*named, scanner=None, **options):
        scanner = scanner or ObjectScanner(Git(repo.path), matcher, ScanOptions(**options))
        return scanner([Listed(repo.git("rev-parse", rev).strip(), path) for rev, path in named])

    return scan


def is_known(result, oid: bytes, path: bytes) -> bool:
    """Whether a later run would leave the object out."""
    name = os.urandom(4).hex()
    store = CleanObjects(name, 20)
    store.add(result.clean)
    store.save()
    return not list(CleanObjects(name, 20).unknown([Listed(oid, path)]))


def test_blobs_messages_and_counts(repo, scan):
    """A key in a blob and one in a message are found; blobs and commits are counted, and no file."""
    other = token("sk-ant-api03-{b64url:93}AA", "message")
    repo.stage("a.py", KEY)
    repo.commit(f"use {other}")
    result = scan((":a.py", b"a.py"), ("HEAD", b""), ("HEAD^{tree}", b""))
    assert {(finding.origin.kind, finding.origin.file) for finding in result.result.findings} == {
        ("file", "a.py"),
        ("commit-message", f"commit-message {repo.git('rev-parse', 'HEAD').decode()[:12]}"),
    }
    assert (result.result.blobs, result.result.commits, result.result.files, result.count) == (1, 1, 0, 3)


def test_what_contains_nothing_is_known_at_its_path(repo, scan):
    """A clean blob is known; one with a finding is not, nor one that was not read."""
    repo.stage("clean.py", "x = 1\n")
    repo.stage("dirty.py", KEY)
    result = scan((":clean.py", b"clean.py"), (":dirty.py", b"dirty.py"))
    clean, dirty = (repo.git("rev-parse", f":{name}").strip() for name in ("clean.py", "dirty.py"))
    assert is_known(result, clean, b"clean.py")
    assert not is_known(result, dirty, b"dirty.py")


def test_a_missing_object_is_a_skip_and_not_clean(repo, matcher):
    """It is named, and no later run takes it for read."""
    result = ObjectScanner(Git(repo.path), matcher, ScanOptions())([Listed(b"1" * 40, b"a")])
    assert [skip.incomplete for skip in result.result.skipped] == [True]
    assert not is_known(result, b"1" * 40, b"a")


def test_the_next_version_of_a_path_is_scanned_from_the_one_before(repo, scan):
    """Versions in one batch give what each gives alone."""
    filler = "".join(f"line {number} of the text\n" for number in range(400))
    texts = [filler, filler + f'key = "{KEY}"\n', "first\n" + filler + f'key = "{KEY}"\n', filler[:5000]]
    named = []
    for number, text in enumerate(texts):
        repo.stage(f"v{number}", text)
        named.append((f":v{number}", b"same.py"))
    together = scan(*named)
    alone = [finding for one in named for finding in scan(one).result.findings]
    assert list(together.result.findings) == alone
    assert len(alone) == 2


def test_a_huge_object_is_read_in_parts(repo, scan, monkeypatch):
    """A key behind the first part is found at its line."""
    monkeypatch.setattr("keyscan.git.objects.CHUNK_SIZE", 1 << 16)
    repo.stage("big.txt", "x\n" * (1 << 16) + f'key = "{KEY}"\n')
    (finding,) = scan((":big.txt", b"big.txt")).result.findings
    assert finding.location.line == (1 << 16) + 1


def test_what_is_below_the_minimum_is_reported_once(repo, scan, matcher):
    """A scanner that meets a counted secret again, in another version, does not report it again."""
    repo.stage("one", f"1\n{KEY}")
    repo.stage("two", f"2\n{KEY}")
    scanner = ObjectScanner(Git(repo.path), matcher, ScanOptions(min_severity=Severity.CRITICAL + 1))
    assert len(scan((":one", b"a"), (":two", b"a"), scanner=scanner).result.findings) == 1


def test_it_travels_without_what_it_has_seen(repo, matcher):
    """A worker's copy has git, rules and options, and no text of earlier objects."""
    scanner = ObjectScanner(Git(repo.path), matcher, ScanOptions(salt="s"))
    scanner._previous = (b"path", KEY.encode(), None)
    data = pickle.dumps(scanner)
    assert KEY.encode() not in data
    assert pickle.loads(data).options.salt == "s"  # noqa: S301 - what was just made


def test_origins_of_objects():
    """A blob is at its path or named by its id; messages by their kind and id."""
    oid = b"ab" * 20
    assert origin_of(Listed(oid, b"dir/a")).path == "dir/a"
    assert origin_of(Listed(oid, b"")).path == "object abababababab"
    origin = origin_of(Listed(oid, b""), b"tag")
    assert (origin.path, origin.kind, origin.commit) == ("tag-message abababababab", "tag-message", oid.decode())


def test_long_messages_are_scanned_by_themselves(repo, scan, monkeypatch):
    """Their text is read from behind the header, whatever its length."""
    monkeypatch.setattr(object_scanner, "SHORT", 10)
    repo.commit(f"subject\n\n{KEY}")
    (finding,) = scan(("HEAD", b"")).result.findings
    assert finding.location.line == 3


def _object(repo, kind, text):
    """The id of an object that git itself would not make."""
    return repo.git("hash-object", "-t", kind, "-w", "--literally", "--stdin", stdin=text.encode()).decode().strip()


PEOPLE = "author A <a@e> 1 +0000\ncommitter A <a@e> 1 +0000"
FIELDS = {
    "author": f"author {KEY} <a@example.org> 1700000000 +0000\ncommitter A <a@example.org> 1700000000 +0000",
    "address": f"author A <{KEY}@example.org> 1700000000 +0000\ncommitter A <a@example.org> 1700000000 +0000",
    "committer": f"author A <a@example.org> 1700000000 +0000\ncommitter {KEY} <a@example.org> 1700000000 +0000",
    "field": f"{PEOPLE}\nx-note {KEY}",
    "field in front": f"x-note {KEY}\n{PEOPLE}",
    "field behind a signature": f"{PEOPLE}\ngpgsig -----BEGIN\n abc\nx-note {KEY}",
    "merged tag": f"{PEOPLE}\nmergetag object {'1' * 40}\n type commit\n \n {KEY}",
}


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_fields_of_a_commit(repo, scan, field):
    """Whoever writes a commit writes them; lines are those of the message, then theirs."""
    tree = repo.git("write-tree").decode().strip()
    oid = _object(repo, "commit", f"tree {tree}\nparent {'1' * 40}\n{field}\n\nmessage\n")
    assert [finding.origin.kind for finding in scan((oid, b"")).result.findings] == ["commit-message"]
    both = _object(repo, "commit", f"tree {tree}\n{field}\n\n{KEY}\n")
    assert min(finding.location.line for finding in scan((both, b"")).result.findings) == 1


def test_fields_of_a_tag(repo, scan):
    """The tagger as well."""
    oid = _object(repo, "tag", f"object {'1' * 40}\ntype commit\ntag v1\ntagger {KEY} <a@e> 1 +0000\n\nmessage\n")
    assert [finding.origin.kind for finding in scan((oid, b"")).result.findings] == ["tag-message"]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"tree 12\nparent 34\nauthor A\ncommitter B\n\nm\nn\n", b"m\nn\n\nauthor A\ncommitter B"),
        (b"tree 12\nauthor A\ngpgsig -----BEGIN\n abc\n -----END\nencoding x\n\nm", b"m\nauthor A\nencoding x"),
        (b"tree 12\nauthor A\ngpgsig-sha256 x\n y\n\nm", b"m\nauthor A"),
        (b"tree 12\n\nm", b"m\n"),
        (b"tree 12\n", b""),
        (b"author A", b"author A"),
        (b"", b""),
    ],
)
def test_the_text_of_a_commit(data, text):
    """The message, then the fields without ids and signatures."""
    assert object_scanner.text_of(data) == text
