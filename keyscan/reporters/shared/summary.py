"""The console report's last line, apart so that the quick hook can print it with no other import."""

from __future__ import annotations


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


def clean_line(files: int, count: int, rules: int, seconds: float) -> str:
    """The whole last line of a scan that found nothing and skipped nothing."""
    return f"keyscan: clean ({coverage(files, count, rules, seconds)})\n"
