"""MkDocs hook: the rule catalogue, one page per category, generated from `rules/` at build time.

Registered under `hooks` in mkdocs.yml. The pages are made from the same rule files that the scanner reads, so that
they cannot say anything else. Examples are templates, never well-formed tokens.
"""

from __future__ import annotations

import html
from itertools import groupby
from typing import TYPE_CHECKING

from mkdocs.structure.files import File, Files

from keyscan.model.rule import count_secret_rules
from keyscan.ruleset.loader import builtin_dir, load

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

    from keyscan.model.rule import Rule

TITLES = {"ai": "AI providers", "cloud": "Clouds", "secret-manager": "Secret managers"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add `rules/index.md` and one page for each category of rules."""
    rules = sorted(load([builtin_dir()]), key=lambda rule: (rule.category, rule.provider.lower(), rule.id))
    categories = {name: list(group) for name, group in groupby(rules, lambda rule: rule.category)}
    files.append(File.generated(config, "rules/index.md", content=index_page(categories)))
    for name, group in categories.items():
        files.append(File.generated(config, f"rules/{name}.md", content=category_page(name, group)))
    return files


def title(category: str) -> str:
    """The heading of a category: `secret-manager` becomes `Secret managers`."""
    return TITLES.get(category, category.replace("-", " ").capitalize())


def index_page(categories: dict[str, list[Rule]]) -> str:
    """The overview: how many rules and providers each category has."""
    total = sum(map(len, categories.values()))
    secrets = sum(count_secret_rules(rules) for rules in categories.values())
    lines = [
        "# Rule catalogue",
        "",
        f"keyscan has {secrets} rules for secrets, the number that reports give, and {total - secrets} for code and",
        "files that handle them. `keyscan explain RULE` prints the same facts in the terminal.",
        "",
        "| category | providers | rules |",
        "|---|---:|---:|",
    ]
    for name, rules in categories.items():
        providers = len({rule.provider for rule in rules})
        lines.append(f"| [{title(name)}]({name}.md) | {providers} | {len(rules)} |")
    return "\n".join([*lines, ""])


def category_page(category: str, rules: list[Rule]) -> str:
    """All rules of a category, by provider."""
    lines = [f"# {title(category)}", ""]
    for provider, group in groupby(rules, lambda rule: rule.provider):
        lines += [f"## {text(provider)}", ""]
        for rule in group:
            lines += rule_section(rule)
    return "\n".join(lines)


def rule_section(rule: Rule) -> list[str]:
    """One rule: what it finds, how sure and how severe it is, what its secret looks like, where to revoke it."""
    rows = [
        ("Severity", rule.severity.label),
        ("Precision", rule.precision.label),
        ("Shape", code(rule.template)),
        ("Environment variables", ", ".join(map(code, rule.env))),
        ("What it opens", text(rule.help.opens)),
        ("Revoke at", link(rule.help.revoke_url)),
        ("Documentation", link(rule.help.link)),
        ("Checks", ", ".join(map(code, rule.checks))),
    ]
    shown = [f"| {name} | {value} |" for name, value in rows if value]
    return [f"### {code(rule.id)}", "", f"{text(rule.name)}", "", "| | |", "|---|---|", *shown, ""]


def text(value: str) -> str:
    """Plain text inside Markdown, in a table or not."""
    return "".join("\\" + char if char in r"\`*_{}[]<>|#" else char for char in value)


def code(value: str) -> str:
    """Code in a table, as HTML since a column ends at `|` even in a code span; empty for an empty value."""
    return f"<code>{html.escape(value).replace('|', '&#124;')}</code>" if value else ""


def link(url: str) -> str:
    """A link that shows its own address; empty for an empty value."""
    return f"[{text(url)}]({url.replace(')', '%29').replace('|', '%7C')})" if url.startswith("https://") else text(url)
