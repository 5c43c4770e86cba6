"""A local server of tools for agents, in the Model Context Protocol over standard input and output.

Answers are bounded, never hold plaintext, and say `complete: false` when something was not read. Files are scanned
only under the roots: those on the command line, else those that the client gives, else the working directory. The
configuration of a scanned repository does not count: it could silence the scanner.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote, urlsplit

from anyio import to_thread
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.stdio import stdio_server
from mcp.types import ToolAnnotations

from keyscan._version import __version__
from keyscan.agents.redactor import redact
from keyscan.api import Scanner
from keyscan.errors import IncompleteError, KeyscanError, UsageError, is_out_of_memory
from keyscan.remediation import guidance
from keyscan.reporters.shared.grouping import distinct_first
from keyscan.scan.report import timed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mcp.shared.message import SessionMessage

    from keyscan.model.finding import Finding
    from keyscan.model.report import Report

MAX_FINDINGS = 100
MAX_SKIPPED = 20
# The most characters of a text that is scanned; a longer one is refused.
MAX_TEXT = 16 * 1024 * 1024
# Lines in a row that are no messages of the protocol, after which the session ends.
MAX_WRONG_LINES = 1000
_INSTRUCTIONS = (
    "Finds API keys and other secrets, on this machine only. Scan what you are about to write, commit or send. "
    "Secrets are named by rule and fingerprint and never shown."
)
_READS_ONLY = ToolAnnotations(read_only_hint=True, open_world_hint=False)


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools without the protocol; all calls share `scanner`."""

    scanner: Scanner

    def scan_text(self, text: str, name: str) -> dict[str, Any]:
        """Findings in a text."""
        if len(text) > MAX_TEXT:
            raise UsageError(f"the text has more than {MAX_TEXT} characters: write it to a file and scan that")
        return answer(self.scanner.scan_text(text, name))

    def scan_path(self, path: str, roots: Sequence[Path]) -> dict[str, Any]:
        """Findings in a file or directory below one of the roots."""
        return answer(self.scanner.scan_path(inside(path, roots)))

    def scan_staged(self, path: str, roots: Sequence[Path]) -> dict[str, Any]:
        """Findings in what the next commit of the repository at `path` would contain."""
        from keyscan.git.command import Git
        from keyscan.sources import staged

        started = time.perf_counter()
        git = Git(inside(path, roots))
        blobs = list(staged.blobs(git, staged.entries(git)))
        return answer(self.scanner.report(self.scanner.scan_blobs(blobs), timed(started)))

    def env_check(self, path: str, roots: Sequence[Path]) -> dict[str, Any]:
        """How the repository at `path` keeps its secrets files."""
        from keyscan.git import worktree
        from keyscan.hygiene.audit import audit

        started = time.perf_counter()
        root = worktree.root_of(str(inside(path, roots)))
        inside(root, roots)
        result = audit(root, self.scanner.matcher(0), "", history=False)
        return answer(self.scanner.report(result.result, timed(started)))

    def explain_rule(self, rule_id: str) -> dict[str, Any]:
        """What a rule finds and what to do about it."""
        from keyscan.support.suggestions import did_you_mean

        rules = {rule.id: rule for rule in self.scanner.rules}
        if rule_id not in rules:
            raise UsageError(f"{rule_id}: no such rule{did_you_mean(rule_id, rules)}")
        rule = rules[rule_id]
        return {
            "rule": rule.id, "name": rule.name, "provider": rule.provider, "severity": rule.severity.label,
            "opens": rule.help.opens, "variables": list(rule.env), "revoke": rule.help.revoke_url,
            "advice": list(guidance.steps(rule, ())),
        }  # fmt: skip


class _Server(MCPServer[Any]):
    """A server whose errors repeat no argument: a client may give a secret under a wrong name."""

    async def call_tool(self, name: str, arguments: dict[str, Any], context: Context[Any] | None = None) -> Any:
        """What the tool answers; a ToolError without the arguments, and without secrets."""
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            # The SDK shows the beginning of each argument that is not valid: too little for a rule to recognize a key.
            problems = getattr(error.__cause__, "errors", None)  # of pydantic's ValidationError
            if problems is not None:
                faults = problems(include_url=False, include_context=False, include_input=False)
                listed = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in faults)
                raise ToolError(redact(f"arguments that are not valid: {listed}")) from None
            raise ToolError(redact(str(error))) from None

    async def run_stdio_async(self) -> None:
        """Serve over standard input and output; errors of the protocol itself repeat nothing either."""
        async with stdio_server() as (reader, writer):
            options = self._lowlevel_server.create_initialization_options()
            await self._lowlevel_server.run(_Questions(reader), _Answers(writer), options)


class _Stream:
    """A stream of the SDK's, of which one method is another."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    async def __aenter__(self) -> Self:
        await self._stream.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stream.__aexit__(*error)


class _Questions(_Stream):
    """The stream of messages: a client that sends nothing but other lines is not listened to for ever.

    The SDK answers nothing to such a line, and takes half a millisecond for each.
    """

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self._wrong = 0

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        return self._counted(await anext(self._stream))

    async def receive(self) -> Any:
        """The next message; IncompleteError when too many lines in a row were none."""
        return self._counted(await self._stream.receive())

    def _counted(self, message: Any) -> Any:
        self._wrong = self._wrong + 1 if isinstance(message, Exception) else 0
        if self._wrong > MAX_WRONG_LINES:
            raise IncompleteError(
                f"more than {MAX_WRONG_LINES:,} lines in a row of standard input are no messages of the protocol"
            )
        return message


class _Answers(_Stream):
    """The stream of answers: the SDK repeats unknown methods, addresses and names in its errors, which are redacted."""

    async def send(self, message: SessionMessage) -> None:
        """Send an answer; an error without the data that belong to it."""
        error = getattr(message.message, "error", None)
        if error is not None:
            shown = error.model_copy(update={"message": redact(error.message), "data": None})
            message = replace(message, message=message.message.model_copy(update={"error": shown}))
        await self._stream.send(message)


def server(roots: Sequence[Path] = (), scanner: Scanner | None = None) -> MCPServer[Any]:
    """The server; `roots` are those of the command line."""
    tools = Tools(scanner or Scanner.default())
    result = _Server("keyscan", title="keyscan", version=__version__, instructions=_INSTRUCTIONS, log_level="CRITICAL")

    async def below_roots(context: Context, work: Callable[[Sequence[Path]], dict[str, Any]]) -> dict[str, Any]:
        allowed = list(roots) or await _client_roots(context) or [Path.cwd()]
        return await _in_thread(lambda: work(allowed))

    @result.tool(annotations=_READS_ONLY)
    async def scan_text(text: str, name: str = "<text>") -> dict[str, Any]:
        """Find secrets in a text; name is the file that it is or will be."""
        return await _in_thread(lambda: tools.scan_text(text, name))

    @result.tool(annotations=_READS_ONLY)
    async def scan_path(path: str, ctx: Context) -> dict[str, Any]:
        """Find secrets in a file or directory, in a git work tree without what git ignores."""
        return await below_roots(ctx, lambda allowed: tools.scan_path(path, allowed))

    @result.tool(annotations=_READS_ONLY)
    async def scan_staged(ctx: Context, path: str = ".") -> dict[str, Any]:
        """Find secrets in what the next commit of a git repository would contain."""
        return await below_roots(ctx, lambda allowed: tools.scan_staged(path, allowed))

    @result.tool(annotations=_READS_ONLY)
    async def env_check(ctx: Context, path: str = ".") -> dict[str, Any]:
        """Check that a repository's .env files are ignored, untracked, and out of images and packages."""
        return await below_roots(ctx, lambda allowed: tools.env_check(path, allowed))

    @result.tool(annotations=_READS_ONLY)
    async def explain_rule(rule: str) -> dict[str, Any]:
        """Explain a rule by its id: what its key opens, and the steps to take."""
        return await _in_thread(lambda: tools.explain_rule(rule))

    return result


def answer(report: Report) -> dict[str, Any]:
    """A report as tools give it: bounded, without plaintext."""
    findings = [_finding(finding, report) for finding in distinct_first(report.findings)[:MAX_FINDINGS]]
    skipped = [{"path": one.path, "reason": one.reason} for one in report.skipped[:MAX_SKIPPED]]
    return {
        "complete": report.complete and len(report.findings) <= MAX_FINDINGS,
        "findings": findings,
        "more_findings": max(0, len(report.findings) - MAX_FINDINGS),
        "not_read": skipped,
        "more_not_read": max(0, len(report.skipped) - MAX_SKIPPED),
    }


def _finding(finding: Finding, report: Report) -> dict[str, Any]:
    rule = report.rules.get(finding.rule_id)
    advice = list(guidance.steps(rule, (finding.origin.path,))) if rule else list(finding.help.steps)
    return {
        "rule": finding.rule_id,
        "name": finding.rule_name,
        "severity": finding.severity.label,
        "path": finding.origin.path,
        "line": finding.location.line,
        "fingerprint": finding.fingerprint,
        "advice": advice,
    }


def inside(path: str, roots: Sequence[Path]) -> Path:
    """The real path of `path`, counted from the first root; UsageError when it is below none, links followed."""
    base = roots[0] if roots else Path.cwd()
    try:
        real = (base / path).resolve()
        allowed = [root.resolve() for root in roots]
    except (OSError, ValueError, RuntimeError) as error:
        raise UsageError(f"{path}: not a path that can be followed") from error
    if not any(real.is_relative_to(root) for root in allowed):
        raise UsageError(f"{path}: outside of the roots that the client has given; nothing was read")
    return real


async def _client_roots(context: Context) -> list[Path]:
    """The roots that the client gives; none where its version of the protocol has none."""
    capabilities = context.client_capabilities
    if capabilities is None or capabilities.roots is None:
        return []
    listed = await context.session.list_roots()
    paths = [urlsplit(str(root.uri)) for root in listed.roots]
    return [Path(unquote(path.path)) for path in paths if path.scheme == "file"]


async def _in_thread(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `work` gives; an error of ours is an answer that is not complete, with the reason."""
    try:
        return await to_thread.run_sync(work)
    except KeyscanError as error:
        return {"complete": False, "findings": [], "error": redact(str(error))}
    except Exception as error:  # noqa: BLE001 - the message of a foreign error may hold text that was scanned
        why = "out of memory" if is_out_of_memory(error) else f"internal error: {type(error).__name__}"
        return {"complete": False, "findings": [], "error": why}
