"""The console report's last line, apart so that the quick hook can print it with no other import."""

from __future__ import annotations

# As `typing` has it, without importing that.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def size_text(count: int) -> str:
    """A number of bytes for people, in decimal units."""
    size = float(count)
    for unit in ("bytes", "KB", "MB"):
        if size < 1000:  # noqa: PLR2004 - decimal units
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def coverage(files: int, count: int, rules: int, seconds: float, *more: str) -> str:
    """What was covered: files, bytes, rules, seconds."""
    named = [f"{files} file{'s' * (files != 1)}"] if files or not more else []
    parts = [*named, *more, size_text(count), f"{rules} rules", f"{seconds:.2f} s"]
    return ", ".join(parts)


def clean_line(files: int, count: int, rules: int, seconds: float, *, color: bool = False) -> str:
    """The whole last line of a scan that found nothing and skipped nothing."""
    verdict = "\x1b[1;32mclean\x1b[0m" if color else "clean"
    return f"keyscan: {verdict} ({coverage(files, count, rules, seconds)})\n"


def use_color(environ: Mapping[str, str], *, terminal: bool) -> bool:
    """Whether to color: on a terminal or when FORCE_COLOR asks for it, never with NO_COLOR or on a dumb terminal."""
    if environ.get("NO_COLOR") or environ.get("TERM") == "dumb":
        return False
    return bool(environ.get("FORCE_COLOR")) or terminal
