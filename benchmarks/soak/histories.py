"""Random repositories: they grow, are merged, rewritten, packed and cloned in part; the same for the same seed."""

from __future__ import annotations

import io
import os
import random
import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING

from keyscan.ruleset import templates

if TYPE_CHECKING:
    from pathlib import Path

# Templates of well-formed fake keys; one that needs a name nearby, one that only the generic rules find.
TEMPLATES = (
    "sk-ant-api03-{b64url:93}AA",
    "ghp_{alnum:30}{crc32-base62}",
    "AKIA{aws-id}",
    "xoxb-{digits:12}-{digits:12}-{alnum:24}",
    "glpat-{alnum:20}",
)
_WORDS = ("value", "return", "config", "client", "request", "index", "total", "import", "session", "token")


class RandomHistory:
    """A repository below `place` and its partial clones, changed step by step as `seed` says."""

    def __init__(self, place: Path, seed: int) -> None:
        """Make the empty repository."""
        self.rng = random.Random(seed)
        self.place = place
        self.main = place / "main"
        self.clones: list[Path] = []
        self._clock = 1_700_000_000
        self._made = 0
        self.main.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")
        self.git("config", "uploadpack.allowFilter", "true")
        self.git("config", "gc.auto", "0")
        self.grow()

    def git(self, *args: str, repo: Path | None = None, check: bool = True) -> str:
        """What git prints, in `repo` or in the main repository."""
        self._clock += 61
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        env |= {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_AUTHOR_NAME": self.rng.choice(("Ada", "Grace", "Karl Größe")),
            "GIT_AUTHOR_EMAIL": "ada@example.org",
            "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@example.org",
            "GIT_AUTHOR_DATE": f"{self._clock - self.rng.randrange(5000)} +0000",
            "GIT_COMMITTER_DATE": f"{self._clock} +0000",
        }
        done = subprocess.run(["git", *args], cwd=repo or self.main, env=env, capture_output=True, check=False)
        if check and done.returncode:
            raise RuntimeError(f"git {args}: {done.stderr.decode('utf-8', 'replace')}")
        return done.stdout.decode("utf-8", "replace")

    def step(self) -> str:
        """Change something at random; says what."""
        name = self.rng.choice(_STEPS)
        getattr(self, name)()
        return name

    def secret(self) -> str:
        """A fake key: a new one, or one of the first few again."""
        number = self._made if self.rng.random() < 0.6 else self.rng.randrange(self._made + 1)
        self._made += number == self._made
        return templates.expand(TEMPLATES[number % len(TEMPLATES)], f"soak {number}")

    # The steps.

    def grow(self) -> None:
        """One commit, or many."""
        for _ in range(self.rng.choice((1, 1, 3, 12))):
            for _ in range(self.rng.randint(1, 4)):
                self._edit()
            self._commit()

    def branch(self) -> None:
        """A branch from somewhere in the past, with a commit of its own."""
        self.git("checkout", "-q", "-f", "-B", f"b{self.rng.randrange(5)}", self._some_commit())
        self.grow()

    def merge(self) -> None:
        """Another branch is merged, by one side where they conflict."""
        self.git(
            "merge", "-q", "--no-edit", "-X", self.rng.choice(("ours", "theirs")), self._some_branch(), check=False
        )
        if self.git("status", "--porcelain", "--untracked-files=no"):
            self.git("add", "-A")
            self._commit()

    def rewrite(self) -> None:
        """The last commits are replaced."""
        if self.rng.random() < 0.5:
            self._edit()
            self.git("add", "-A")
            self.git("commit", "-q", "--amend", "-m", "amended", "--allow-empty")
        else:
            self.git("reset", "-q", "--hard", self._some_commit())
            self.grow()

    def forget(self) -> None:
        """Branches and reflogs are deleted, and what nothing reaches is removed."""
        self.git("checkout", "-q", "-f", self._some_branch())
        for name in self.git("branch", "--format=%(refname:short)").split():
            if self.rng.random() < 0.4:
                self.git("branch", "-q", "-D", name, check=False)
        self.git("reflog", "expire", "--expire=now", "--all")
        if self.rng.random() < 0.5:
            self.git("gc", "-q", "--prune=now")

    def refs(self) -> None:
        """Tags with messages, notes, stashes, packed refs."""
        kind = self.rng.randrange(4)
        if kind == 0:
            message = self.secret() if self.rng.random() < 0.5 else "a version"
            self.git("tag", "-f", "-a", f"v{self.rng.randrange(9)}", "-m", message, self._some_commit())
        elif kind == 1:
            self.git("notes", "add", "-f", "-m", f"note {self.secret()}", self._some_commit())
        elif kind == 2:
            self._edit()
            self.git("stash", "-q", "-u", check=False)
        else:
            self.git("pack-refs", "--all")

    def pack(self) -> None:
        """Objects are packed, in one of the ways that git has, or written out again."""
        depth, window = str(self.rng.choice((1, 10, 50, 250))), str(self.rng.choice((2, 10, 60)))
        kind = self.rng.randrange(6)
        if kind == 0:
            self.git("gc", "-q")
        elif kind == 1:
            self.git("repack", "-q", "-a", "-d", "-f", f"--depth={depth}", f"--window={window}")
        elif kind == 2:
            self.git("repack", "-q", "-d")
        elif kind == 3:
            self.git("commit-graph", "write", "--reachable")
        elif kind == 4:
            self.git("multi-pack-index", "write", check=False)  # nothing is packed yet
        else:
            self._unpack()

    def clone(self) -> None:
        """A shallow or partial clone is made, or an old one deepened and updated."""
        if self.clones and self.rng.random() < 0.5:
            self.git(
                "fetch", "-q", f"--deepen={self.rng.randint(1, 4)}", repo=self.rng.choice(self.clones), check=False
            )
            return
        kind = self.rng.choice((f"--depth={self.rng.randint(1, 6)}", "--filter=blob:none", "--filter=blob:limit=2k",
                                "--filter=tree:0", "--no-single-branch"))  # fmt: skip
        where = self.place / f"clone{len(self.clones)}"
        if len(self.clones) >= 3:
            where = self.clones.pop(self.rng.randrange(len(self.clones)))
            shutil.rmtree(where)
        checkout = ("--no-checkout",) if self.rng.random() < 0.5 else ()
        self.git("clone", "-q", kind, *checkout, f"file://{self.main}", str(where), repo=self.place)
        self.clones.append(where)

    # What the steps are made of.

    def _commit(self) -> None:
        self.git("add", "-A")
        message = f"change {self.secret()}" if self.rng.random() < 0.05 else "change"
        self.git("commit", "-q", "--allow-empty", "-m", message)

    def _edit(self) -> None:
        """A file is written, changed, renamed or removed."""
        name = f"{self.rng.choice(('', 'src/', 'docs/', 'tests/', 'a b/'))}f{self.rng.randrange(12)}"
        file = self.main / f"{name}.{self.rng.choice(('py', 'json', 'md', 'env'))}"
        file.parent.mkdir(exist_ok=True)
        if file.is_dir():
            return
        kind = self.rng.random()
        if kind < 0.06 and file.exists():
            file.unlink()
        elif kind < 0.12 and file.exists():
            file.rename(file.with_name(f"moved{self.rng.randrange(5)}.txt"))
        elif kind < 0.17:
            file.with_suffix(".zip").write_bytes(self._archive())
        elif kind < 0.2:
            file.with_suffix(".txt").write_text(f"key = {self.secret()}\n" * 3, "utf-16")
        else:
            lines = (
                file.read_text("utf-8").splitlines() if file.exists() else self._lines(self.rng.choice((3, 60, 900)))
            )
            for _ in range(self.rng.randint(1, 5)):
                at = self.rng.randrange(len(lines) + 1)
                lines[at : at + self.rng.randrange(4)] = self._lines(self.rng.randrange(4))
            file.write_text("\n".join(lines) + "\n", "utf-8")

    def _lines(self, count: int) -> list[str]:
        made = []
        for _ in range(count):
            words = " ".join(self.rng.choice(_WORDS) for _ in range(self.rng.randrange(1, 9)))
            kind = self.rng.random() * (60 if count > 60 else 4)
            if kind < 0.3:
                words += f' = "{self.secret()}"'
            elif kind < 0.4:
                words += f' = "{self.secret()}"  # keyscan:allow a sample'
            elif kind < 0.5:
                words = f'password = "{templates.expand("{alnum:14}", str(self.rng.randrange(40)))}#1"'
            made.append(words)
        return made

    def _archive(self) -> bytes:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr(zipfile.ZipInfo("inner/a.py"), f'key = "{self.secret()}"\n')
        return packed.getvalue()

    def _unpack(self) -> None:
        """All packed objects become loose."""
        packs = self.main / ".git/objects/pack"
        aside = self.place / "aside"
        shutil.move(packs, aside)
        packs.mkdir()
        for file in sorted(aside.glob("*.pack")):
            subprocess.run(["git", "unpack-objects", "-q"], cwd=self.main, input=file.read_bytes(), check=True)
        shutil.rmtree(aside)

    def _some_commit(self) -> str:
        return self.rng.choice(self.git("rev-list", "--max-count=40", "HEAD", "--branches").split())

    def _some_branch(self) -> str:
        return self.rng.choice(self.git("branch", "--format=%(refname:short)").split())


_STEPS = ("grow", "grow", "grow", "branch", "merge", "rewrite", "rewrite", "forget", "refs", "pack", "pack", "clone")
