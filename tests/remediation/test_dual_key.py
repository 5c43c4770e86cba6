"""The clients that take two keys are run against a provider on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from keyscan.remediation.dual_key import LANGUAGES, KeyUse, client, key_use
from keyscan.ruleset import verification

_HOMES = {"GOCACHE": "go-cache", "GO111MODULE": "off"}
COMMANDS = {"python": ([sys.executable], "c.py"), "node": (["node"], "c.mjs"), "go": (["go", "run"], "c.go")}
USES = {
    "bearer": KeyUse(),
    "own header": KeyUse((("x-api-key", "{secret}"), ("version", "2023-06-01"))),
    "scheme behind": KeyUse((("Authorization", 'Key "{secret}" end'),)),
}


class Provider:
    """A provider that accepts some keys and counts what it was asked."""

    def __init__(self, use, accepted, refusal=401):
        self.seen = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                header, form = use.headers[0]
                given = self.headers.get(header, "")
                outer.seen.append(given)
                good = given in {form.replace("{secret}", key) for key in accepted}
                good = good and all(self.headers.get(name) == value for name, value in use.headers[1:])
                self.send_response(200 if good else refusal)
                self.end_headers()
                self.wfile.write(b"welcome" if good else b"no")

            def log_message(self, *args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture(params=LANGUAGES)
def call(request, tmp_path):
    """Runs the client of a language: call(use, provider, primary, backup) -> (exit code, output)."""
    argv, file = COMMANDS[request.param]
    if shutil.which(argv[0]) is None:
        pytest.skip(f"{argv[0]} is not installed")

    def call(use, provider, primary, backup=""):
        (tmp_path / file).write_text(client(request.param, "ACME_KEY", use))
        url = f"http://127.0.0.1:{provider.server.server_port}/v1"
        env = {**os.environ, "CHECK_URL": url, "ACME_KEY_PRIMARY": primary, "ACME_KEY_BACKUP": backup, "NO_PROXY": "*"}
        env |= {name: value.replace("go-cache", str(tmp_path / "go")) for name, value in _HOMES.items()}
        done = subprocess.run([*argv, file], cwd=tmp_path, env=env, capture_output=True, check=False, timeout=120)
        return done.returncode, done.stdout.decode().strip()

    return call


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_primary_is_used_when_it_is_accepted(call, use):
    """One call, with the new key, in the header that the provider takes."""
    with Provider(use, {"new", "old"}) as provider:
        assert call(use, provider, "new", "old") == (0, "welcome")
        assert len(provider.seen) == 1


def test_backup_is_used_on_401_only(call):
    """A refused primary leads to the backup; another error does not."""
    use = KeyUse()
    with Provider(use, {"old"}) as provider:
        assert call(use, provider, "new", "old") == (0, "welcome")
        assert provider.seen == ["Bearer new", "Bearer old"]
    with Provider(use, {"old"}, refusal=429) as provider:
        assert call(use, provider, "new", "old")[0] != 0
        assert provider.seen == ["Bearer new"]


def test_refusal_of_both_keys_is_an_error(call):
    """When no key is accepted the client fails; a missing backup is passed over."""
    use = KeyUse()
    with Provider(use, set()) as provider:
        assert call(use, provider, "new", "old")[0] != 0
        assert provider.seen == ["Bearer new", "Bearer old"]
        assert call(use, provider, "new")[0] != 0


def test_key_use_comes_from_the_providers_own_table():
    """Header and URL are those that the verification table of the rule names; else the common ones."""
    root = Path(__file__).parents[2] / "rules"
    tables = verification.load([root / "anthropic.toml", root / "openai.toml"])
    use = key_use(tables.verifier("anthropic-api-key"))
    assert ("x-api-key", "{secret}") in use.headers
    assert use.url.startswith("https://api.anthropic.com/")
    assert key_use(tables.verifier("openai-project-api-key")).headers == (("Authorization", "Bearer {secret}"),)
    assert key_use(None) == KeyUse()


@pytest.mark.parametrize("language", LANGUAGES)
def test_clients_of_all_rules_have_no_hole_left(language):
    """Whatever a rule's table says, the program is filled in."""
    root = Path(__file__).parents[2] / "rules"
    for table in verification.load([root]).verify:
        text = client(language, "X", key_use(table))
        assert "{secret}" not in text
        assert "@NAME@" not in text
        assert "@URL@" not in text
        if language == "python":
            compile(text, table.kind, "exec")
