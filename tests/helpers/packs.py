"""Deltas and plans of packs."""

from __future__ import annotations


def size_of(number: int) -> bytes:
    """A number as a delta's header writes it."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def copy_of(start: int, size: int) -> bytes:
    """A copy instruction."""
    code, rest = 0x80, b""
    for bit in range(4):
        if start >> 8 * bit & 0xFF:
            code |= 1 << bit
            rest += bytes([start >> 8 * bit & 0xFF])
    for bit in range(3):
        if size >> 8 * bit & 0xFF:
            code |= 0x10 << bit
            rest += bytes([size >> 8 * bit & 0xFF])
    return bytes([code]) + rest


def delta_of(base: bytes, steps) -> tuple[bytes, bytes]:
    """The delta that `steps` (bytes to insert, or (start, size) to copy) stand for, and what it makes."""
    made = body = b""
    for step in steps:
        if isinstance(step, bytes):
            made += step
            body += bytes([len(step)]) + step
        else:
            made += base[step[0] : step[0] + step[1]]
            body += copy_of(*step)
    return size_of(len(base)) + size_of(len(made)) + body, made


def numbers_of(made):
    """The numbers of a plan's blobs, by id."""
    return {made.id(blob): blob for blob in range(len(made))}
