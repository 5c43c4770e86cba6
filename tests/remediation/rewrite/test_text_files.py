"""Spring properties are rewritten; Dockerfiles, documents and secrets files get advice."""

from __future__ import annotations

import pytest
from helpers.rewriting import NAME, reason, rewritten


def test_spring_property_reads_the_environment():
    """Spring fills ${NAME} itself; the rest of the file stays, CRLF included."""
    text = "# a\r\nopenai.api-key = @@\r\nb=c\r\n"
    assert rewritten("src/application-dev.properties", text) == text.replace("@@", f"${{{NAME}}}")


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("application.properties", "# @@\n", "comment"),
        ("gradle.properties", "k=@@\n", "which program"),
        ("Dockerfile", "FROM a\nENV K=@@\n", "--env-file"),
        ("Dockerfile", "FROM a\nRUN x \\\n  --key @@\n", "RUN --mount=type=secret"),
        ("api.dockerfile", "FROM a\n# @@\n", "comment"),
        ("README.md", "Use @@.\n", "text"),
        ("prod.env", "K=@@\n", "made for keys"),
        ("settings.ini", "k=@@\n", "does not know"),
    ],
)
def test_other_files_are_left_alone_with_advice(path, text, words):
    """What can't be rewritten alone is named, with what to do instead."""
    assert words in reason(path, text)
