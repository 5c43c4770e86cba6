"""A forge's git server: repositories over HTTPS for whoever has the token, by git's own http-backend."""

from __future__ import annotations

import os
import subprocess
from base64 import b64encode
from contextlib import contextmanager
from urllib.parse import urlsplit

from helpers.provider import provider


@contextmanager
def git_server(root, token):
    """Serve the repositories below `root` on the loopback; yields the provider, which keeps what it was asked."""
    wanted = "Basic " + b64encode(f"x-access-token:{token}".encode()).decode()

    def answer(asked):
        if asked.headers.get("authorization") != wanted:
            return 401, {"WWW-Authenticate": 'Basic realm="forge"'}, b""
        parts = urlsplit(asked.path)
        variables = {
            "GIT_PROJECT_ROOT": str(root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "REQUEST_METHOD": asked.method,
            "CONTENT_TYPE": asked.headers.get("content-type", ""),
            "HTTP_CONTENT_ENCODING": asked.headers.get("content-encoding", ""),
            "GIT_PROTOCOL": asked.headers.get("git-protocol", ""),
        }
        done = subprocess.run(
            ["git", "http-backend"],
            env={**os.environ, **variables},
            input=asked.body,
            capture_output=True,
            check=False,
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.decode().split(": ", 1) for line in head.splitlines())
        return int(headers.pop("Status", "200").split()[0]), headers, body

    with provider(answer, "127.0.0.1") as made:
        yield made
