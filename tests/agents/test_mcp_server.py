"""The server of tools, driven by the client of the official SDK, in both handshakes."""

from __future__ import annotations

import json
import sys

import anyio
import pytest
from helpers.agent_events import key
from helpers.paths import ROOT
from helpers.repository import Repo

pytest.importorskip("mcp")

from mcp import ClientSession, StdioServerParameters, stdio_client
from mcp.client.client import Client

from keyscan.agents import mcp_server
from keyscan.errors import UsageError


def call(name, arguments, roots=()):
    """The structured answer of a tool, asked for in this process."""

    async def ask():
        async with Client(mcp_server.server(list(roots))) as client:
            return await client.call_tool(name, arguments)

    result = anyio.run(ask)
    assert not result.is_error, result
    return result.structured_content


def test_the_tools_and_their_names():
    """The five tools are listed, each with a description, marked as reading only."""

    async def ask():
        async with Client(mcp_server.server()) as client:
            return await client.list_tools()

    tools = anyio.run(ask).tools
    assert {tool.name for tool in tools} == {"scan_text", "scan_path", "scan_staged", "env_check", "explain_rule"}
    assert all(tool.description and tool.annotations.read_only_hint for tool in tools)


def test_a_text_with_a_key():
    """The finding names rule, line, fingerprint and advice, and never the key."""
    secret = key()
    made = call("scan_text", {"text": f"a\nKEY = '{secret}'\n", "name": "a.py"})
    (finding,) = made["findings"]
    assert made["complete"] is True
    assert (finding["rule"], finding["path"], finding["line"]) == ("anthropic-api-key", "a.py", 2)
    assert finding["fingerprint"].startswith("anthropic-api-key:")
    assert finding["advice"]
    assert secret not in json.dumps(made)


def test_paths_only_below_the_roots(tmp_path):
    """A path outside, by name or by a link, is refused, and nothing is read of it."""
    inner, outer = tmp_path / "in", tmp_path / "out"
    inner.mkdir()
    outer.mkdir()
    (outer / "a.py").write_text(f"K = '{key()}'\n")
    (inner / "link").symlink_to(outer)
    (inner / "b.py").write_text(f"K = '{key()}'\n")
    assert [one["path"].endswith("b.py") for one in call("scan_path", {"path": "."}, [inner])["findings"]] == [True]
    for path in (str(outer), "../out/a.py", "link/a.py", "link", "/", "a\0b"):
        made = call("scan_path", {"path": path}, [inner])
        assert made["complete"] is False
        assert made["findings"] == []
        assert made["error"]
    with pytest.raises(UsageError, match="outside"):
        mcp_server.inside("..", [inner])


def test_what_was_not_read_is_not_complete(tmp_path):
    """A path that is not there, and a directory that is no repository, are answers that are not complete."""
    assert call("scan_path", {"path": "missing"}, [tmp_path])["complete"] is False
    assert call("scan_staged", {"path": "."}, [tmp_path])["complete"] is False
    made = call("scan_text", {"text": "x" * (mcp_server.MAX_TEXT + 1)})
    assert made["complete"] is False
    assert "more than" in made["error"]


def test_staged_and_environment_files(tmp_path):
    """What the next commit contains, and how environment files are kept."""
    repo = Repo(tmp_path / "repo")
    repo.stage("a.py", f"K = '{key()}'\n")
    repo.stage(".env", f"ANTHROPIC_API_KEY={key()}\n")
    made = call("scan_staged", {}, [repo.path])
    assert "a.py" in {one["path"] for one in made["findings"]}
    made = call("env_check", {}, [repo.path])
    assert any(one["rule"].startswith("env-") and one["path"].endswith(".env") for one in made["findings"])
    assert key() not in json.dumps(made)


def test_answers_are_bounded():
    """More findings than an answer holds: the rest is counted, and the answer is not complete."""
    text = "\n".join(f"K{number} = '{key(str(number))}'" for number in range(150))
    made = call("scan_text", {"text": text})
    assert (len(made["findings"]), made["more_findings"], made["complete"]) == (mcp_server.MAX_FINDINGS, 50, False)


def test_copies_of_a_key_leave_room_for_the_others():
    """Each secret has a finding in the answer before one has a second."""
    copies = [f"K{number} = '{key('same')}'" for number in range(150)]
    made = call("scan_text", {"text": "\n".join([*copies, f"LAST = '{key('other')}'"])})
    assert made["more_findings"] == 51
    assert len({one["fingerprint"] for one in made["findings"][:2]}) == 2


def test_a_rule_is_explained():
    """A rule by its id; for a wrong one the nearest."""
    made = call("explain_rule", {"rule": "anthropic-api-key"})
    assert made["provider"] == "Anthropic"
    assert made["advice"]
    assert "did you mean anthropic-api-key" in call("explain_rule", {"rule": "antropic-api-key"})["error"]


def test_over_standard_input_and_output_with_the_clients_roots(tmp_path):
    """The command serves the older handshake too, and scans below the roots that such a client gives."""
    from mcp.types import ListRootsResult, Root

    (tmp_path / "a.py").write_text(f"K = '{key()}'\n")

    async def roots(_context):
        return ListRootsResult(roots=[Root(uri=tmp_path.as_uri())])

    async def ask():
        parameters = StdioServerParameters(
            command=sys.executable, args=["-m", "keyscan", "mcp"], env={"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
        )
        async with (
            stdio_client(parameters) as (read, write),
            ClientSession(read, write, list_roots_callback=roots) as session,
        ):
            await session.initialize()
            inside = await session.call_tool("scan_path", {"path": "a.py"})
            outside = await session.call_tool("scan_path", {"path": str(ROOT / "README.md")})
            return inside.structured_content, outside.structured_content

    inside, outside = anyio.run(ask)
    assert [one["rule"] for one in inside["findings"]] == ["anthropic-api-key"]
    assert "outside of the roots" in outside["error"]


def test_a_root_that_is_not_there(run, tmp_path):
    """A root on the command line must be a directory."""
    made = run("mcp", "--root", str(tmp_path / "gone"))
    assert made.code == 2
    assert "no such directory" in made.err


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("scan_text", {"content": "@@"}),
        ("scan_text", {"text": ["@@"]}),
        ("scan_text", {"@@": 1}),
        ("scan_path", {"path": "@@"}),
        ("scan_path", {"path": "/@@"}),
        ("explain_rule", {"rule": "@@"}),
        ("explain_rule", {"id": "@@"}),
        ("env_check", {"path": {"a": "@@"}}),
        ("@@", {}),
    ],
)
def test_no_answer_repeats_a_key_that_the_client_gave(name, arguments, tmp_path):
    """Errors of the SDK and ours name what is wrong without the argument, not even its beginning."""
    secret = key()
    given = json.loads(json.dumps(arguments).replace("@@", secret))

    async def ask():
        async with Client(mcp_server.server([tmp_path])) as client:
            return await client.call_tool(name.replace("@@", secret), given)

    said = str(anyio.run(ask))
    assert not [at for at in range(13, len(secret) - 8, 8) if secret[at : at + 8] in said], said
