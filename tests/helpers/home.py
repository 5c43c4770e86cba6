"""A made-up home directory with a file at every place of the catalogue."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

from keyscan.catalog.home import places
from keyscan.machine import zsh
from keyscan.sources.home import Roots


def file_at(roots, place):
    """A path that the place's pattern names; None where this platform has no such place."""
    pattern = place.pattern if not place.by_name else "~/work/project/" + place.pattern.removeprefix("**/")
    for base, below in roots.bases(pattern):
        parts = [part.replace("**", "deep").replace("*", "x") for part in below.split("/")]
        return base.joinpath(*parts)
    return None


def content(form, key):
    """A file's bytes in a format of the catalogue, with `key` in them."""
    line = f"export ANTHROPIC_API_KEY={key}\n"
    if form == "zsh":
        return zsh.encode(f": 1700000000:0;echo \u00e9 && {line}".encode())
    if form == "jsonl":
        return (json.dumps({"role": "user", "text": line}) + "\n" + json.dumps({"other": 1}) + "\n").encode()
    if form == "json":
        return json.dumps({"messages": [{"text": line}]}, indent=2).encode()
    return line.encode()


def write(path, form, key):
    """Write a file of a format; a database gets one table with a row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if form != "sqlite":
        path.write_bytes(content(form, key))
        return
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE messages (id INTEGER PRIMARY KEY, body TEXT)")
        database.execute("INSERT INTO messages (body) VALUES (?)", (content("json", key).decode(),))


def full_home(home, key_of, platform="linux"):
    """Every place of the catalogue that the platform has, each with a key of its own: {place: path}."""
    roots = Roots(home, platform, {})
    made = {}
    for number, place in enumerate(places()):
        path = file_at(roots, place)
        if path is None or path.exists():
            continue
        write(path, "text" if place.format in {"git", "binary"} else place.format, key_of(number))
        path.chmod(0o600)
        made[place] = path
    return roots, made
