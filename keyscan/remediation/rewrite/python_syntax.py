"""Python syntax by libcst: a parsed file, and the import through which it reaches the environment."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keyscan.errors import UsageError
from keyscan.remediation.rewrite.interface import Splice, line_end
from keyscan.remediation.rewrite.syntax import INSTALL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


# Levels of a syntax tree; code that people write has some thirty.
MAX_DEPTH = 300


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed file: byte ranges and parents of its nodes."""

    module: Any
    spans: Mapping[Any, Any]
    parents: Mapping[Any, Any]

    def span(self, node: Any) -> tuple[int, int]:
        """The byte range of a node."""
        span = self.spans[node]
        return span.start, span.start + span.length

    def above(self, node: Any) -> Iterator[Any]:
        """The nodes round `node`, innermost first."""
        at = self.parents.get(node)
        while at is not None:
            yield at
            at = self.parents.get(at)


def parsed(text: bytes) -> Source | None:
    """The syntax tree of a file; None when it does not parse, or is nested so deeply that the parser could crash."""
    if not _is_shallow(text):
        return None
    try:
        import libcst
        from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper, ParentNodeProvider
    except ImportError as error:
        raise UsageError(INSTALL) from error
    try:
        module = libcst.parse_module(text)
        if module.code.encode(module.encoding) != text:
            return None
        wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
        spans = wrapper.resolve(ByteSpanPositionProvider)
        parents = wrapper.resolve(ParentNodeProvider)
    except (libcst.ParserSyntaxError, UnicodeError, LookupError, RecursionError, ValueError):
        return None
    return Source(module, spans, parents)


def _is_shallow(text: bytes) -> bool:
    """Whether Python's own parser, which has limits, reads the file, and its tree is no deeper than MAX_DEPTH.

    libcst has no limit: it ends the process at some thousand nested brackets.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in somebody else's strings
            level: list[ast.AST] = [ast.parse(text)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    for _ in range(MAX_DEPTH):
        level = [inner for node in level for inner in ast.iter_child_nodes(node)]
        if not level:
            return True
    return False


@dataclass(frozen=True, slots=True)
class Reader:
    """The name under which the file reaches the environment, and the import that it needs."""

    name: str
    statement: str = ""

    def splices(self, text: bytes, source: Source) -> tuple[Splice, ...]:
        """The import, after docstring and `from __future__` imports, before the first other statement."""
        if not self.statement:
            return ()
        at, gap = _import_place(source, text)
        end = line_end(text)
        return (Splice(at, at, self.statement.encode() + end + end * gap),)


def environment_reader(source: Source) -> Reader:
    """How to reach `os.environ`: as the file does already, else by a new import under a free name."""
    import libcst

    first, bound = _first_other(source), False
    for node in source.spans:
        if isinstance(node, libcst.Import) and any(alias.evaluated_name == "os" for alias in node.names):
            statement = source.parents.get(node)
            top = any(statement is one for one in source.module.body)
            alias = next(alias for alias in node.names if alias.evaluated_name == "os")
            if top and (first is None or source.span(node)[0] < source.span(first)[0]):
                return Reader(f"{alias.evaluated_alias or 'os'}.environ")
        elif isinstance(node, libcst.Name) and node.value == "os":
            bound = bound or isinstance(source.parents.get(node), _binders())
    inside = any(_imports_os(node) for node in source.spans if isinstance(node, libcst.FunctionDef | libcst.ClassDef))
    if bound or inside:
        return Reader("_environ", "from os import environ as _environ")
    return Reader("os.environ", "import os")


def _binders() -> tuple[type, ...]:
    """The nodes in which a name of their own is bound."""
    import libcst

    return (libcst.AssignTarget, libcst.Param, libcst.FunctionDef, libcst.ClassDef, libcst.For, libcst.NamedExpr,
            libcst.AnnAssign, libcst.AsName, libcst.CompFor, libcst.Tuple)  # fmt: skip


def _imports_os(node: Any) -> bool:
    """Whether a function or class has an import of `os` of its own, which makes the name a local one."""
    from libcst import Import, matchers

    imports = matchers.findall(node, matchers.Import())
    return any(alias.evaluated_name == "os" for one in imports if isinstance(one, Import) for alias in one.names)


def _first_other(source: Source) -> Any:
    """The module's first statement that is neither docstring nor import."""
    import libcst

    for number, statement in enumerate(source.module.body):
        if not isinstance(statement, libcst.SimpleStatementLine):
            return statement
        for small in statement.body:
            docstring = number == 0 and isinstance(small, libcst.Expr)
            if not docstring and not isinstance(small, libcst.Import | libcst.ImportFrom):
                return statement
    return None


def _import_place(source: Source, text: bytes) -> tuple[int, int]:
    """Where the import goes, and how many empty lines follow it."""
    import libcst

    for number, statement in enumerate(source.module.body):
        start = text.rfind(b"\n", 0, source.span(statement)[0]) + 1
        if not isinstance(statement, libcst.SimpleStatementLine):
            return _above_decorators(source, statement, text), 2
        small = statement.body[0]
        if number == 0 and isinstance(small, libcst.Expr) and isinstance(small.value, libcst.SimpleString):
            continue
        if isinstance(small, libcst.ImportFrom) and getattr(small.module, "value", "") == "__future__":
            continue
        return start, 0 if isinstance(small, libcst.Import | libcst.ImportFrom) else 1
    return len(text), 0


def _above_decorators(source: Source, statement: Any, text: bytes) -> int:
    starts = [source.span(statement)[0], *(source.span(one)[0] for one in getattr(statement, "decorators", ()))]
    return text.rfind(b"\n", 0, min(starts)) + 1
