"""Which rewriter a file is for, by its name; the modules are imported when one is asked for."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING

from keyscan.catalog.agents import client_of
from keyscan.catalog.secret_files import kind_of
from keyscan.remediation.rewrite.interface import LeftAlone

if TYPE_CHECKING:
    from keyscan.remediation.rewrite.interface import Rewriter

# File names -> module and function. The first that fits is taken.
_BY_NAME = (
    (r"\.pyi?\Z|(?:^|/)(?:sconstruct|sconscript)\Z", "python", "rewrite"),
    (r"\.ipynb\Z", "notebook", "rewrite"),
    (r"\.(?:[cm]?[jt]s|[jt]sx|vue|svelte|astro|html?)\Z", "javascript", "rewrite"),
    (r"\.go\Z", "go", "rewrite"),
    (r"\.java\Z", "jvm", "rewrite_java"),
    (r"\.kts?\Z", "jvm", "rewrite_kotlin"),
    (r"\.cs\Z", "csharp", "rewrite"),
    (r"\.(?:rb|rake|ru)\Z|(?:^|/)(?:gemfile|rakefile)\Z", "ruby", "rewrite"),
    (r"\.php\Z", "php", "rewrite"),
    (r"\.rs\Z", "rust", "rewrite"),
    (r"\.swift\Z", "swift", "rewrite"),
    (r"\.(?:sh|bash|zsh|ksh)\Z", "shell", "rewrite"),
    (r"\.psm?1\Z", "powershell", "rewrite"),
    (r"\.(?:tf|tfvars|tofu)\Z", "terraform", "rewrite"),
    (r"(?:^|/)(?:docker|container)file(?:\.[^/]+)?\Z|\.dockerfile\Z", "text_files", "rewrite_dockerfile"),
    (r"\.ya?ml\Z", "yaml_files", "rewrite"),
    (r"\.jsonc?\Z|\.code-workspace\Z", "json_files", "rewrite"),
    (r"\.properties\Z", "text_files", "rewrite_properties"),
    (
        r"\.(?:md|mdx|rst|txt|adoc|csv|tsv|log|patch|diff)\Z|(?:^|/)(?:readme|changelog|notes)\Z",
        "text_files",
        "rewrite_document",
    ),
)
_INTERPRETERS = (
    (r"python", "python", "rewrite"),
    (r"(?:ba|z|k|da)?sh\b", "shell", "rewrite"),
    (r"(?:node|deno|bun)", "javascript", "rewrite"),
    (r"ruby", "ruby", "rewrite"),
    (r"php", "php", "rewrite"),
)


def rewriter_for(path: str, text: bytes) -> Rewriter | LeftAlone:
    """The rewriter for a file, by its name, else by the interpreter in its first line."""
    lower = path.lower()
    if kind_of(path) is not None and not client_of(path):
        return _load("text_files", "rewrite_secrets_file")
    for pattern, module, function in _BY_NAME:
        if re.search(pattern, lower):
            return _load(module, function)
    if client_of(path):
        return _load("json_files", "rewrite")
    interpreter = _interpreter(text)
    for pattern, module, function in _INTERPRETERS:
        if interpreter and re.match(pattern, interpreter):
            return _load(module, function)
    return LeftAlone("keyscan fix does not know this kind of file: make the program read the key from the environment")


def _interpreter(text: bytes) -> str:
    """The program that the first line names; empty when it names none."""
    line = text[:200].partition(b"\n")[0]
    words = line[2:].decode("utf-8", "replace").split() if line.startswith(b"#!") else []
    names = [word.rpartition("/")[2] for word in words if not word.startswith("-")]
    return next((name for name in names if name != "env"), "")


def _load(module: str, function: str) -> Rewriter:
    rewriter: Rewriter = getattr(importlib.import_module(f"keyscan.remediation.rewrite.{module}"), function)
    return rewriter
