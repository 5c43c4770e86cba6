"""Reads configuration: `[tool.keyscan]` of pyproject.toml, or .keyscan.toml, or a named file, to a frozen `Config`.

Files combine through `extends` (a path): lists add up, the file that extends wins for the rest. What is not known or
has the wrong type is a ConfigError of one line that names file and line.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from keyscan.config.schema import FILES, MOST_CONDITIONS, Config, Schema, TableReader, Value, too_many
from keyscan.errors import ConfigError
from keyscan.support import toml_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyscan.config.schema import Read

# Bytes of a configuration: a larger one was not written by hand.
LARGEST = 1 << 20
# Files that extend one another in a row.
_DEEPEST = 8
# Files that a configuration is made of; one that is extended twice counts twice.
_MOST_FILES = 32


class Loader:
    """Reads configuration files by way of `read`: path below the root (or absolute) -> contents, None: not there."""

    def __init__(self, schema: Schema, read: Read, *, trusted: bool = False) -> None:
        self._schema, self._read, self._trusted = schema, read, trusted
        self._files = 0

    def find(self) -> Config:
        """The configuration at the root; empty when there is none."""
        configs = []
        for name in FILES:
            data = self._read(name)
            if data is not None and (name != "pyproject.toml" or b"tool.keyscan" in data):
                config = self._load(name, data, (), optional=name == "pyproject.toml")
                configs += [config] if config else []
        if len(configs) > 1:
            raise ConfigError(f"{FILES[0]} and [tool.keyscan] in {FILES[1]} both configure keyscan: keep one of them")
        return _checked(configs[0]) if configs else Config()

    def named(self, file: str) -> Config:
        """The configuration in `file`, which must be there."""
        return _checked(self._extended(file, ()))

    def _extended(self, file: str, above: tuple[str, ...]) -> Config:
        if file in above:
            raise ConfigError(f"{above[-1]}: extends {file}, which extends it in turn")
        if len(above) > _DEEPEST:
            raise ConfigError(f"{file}: extends goes deeper than {_DEEPEST} files")
        self._files += 1
        if self._files > _MOST_FILES:
            raise ConfigError(f"{above[0] if above else file}: extends more than {_MOST_FILES} files")
        data = self._read(file)
        if data is None:
            by = f" (extended by {above[-1]})" if above else ""
            raise ConfigError(f"{file}: no such configuration file{by}")
        config = self._load(file, data, above)
        assert config is not None  # noqa: S101 - only an optional one can be
        return config

    def _load(self, file: str, data: bytes, above: tuple[str, ...], *, optional: bool = False) -> Config | None:
        document = parse(file, data)
        base: toml_lines.Path = ()
        if posixpath.basename(file) == "pyproject.toml":
            base = ("tool", "keyscan")
            document = document.get("tool", {}).get("keyscan")
            if document is None and optional:
                return None
        if not isinstance(document, dict):
            raise ConfigError(f"{file}: no table [tool.keyscan] in it")
        reader = TableReader(file, toml_lines.index(data.decode("utf-8")), base, trusted=self._trusted)
        config = reader.config(document, self._schema)
        extends = config.values.get("extends")
        for name in reversed(extends.value if extends else ()):
            config = combined(self._extended(name, (*above, file)), config)
        return config


def parse(file: str, data: bytes) -> dict[str, Any]:
    """The TOML document in `data`; ConfigError names file and position."""
    import tomllib

    if len(data) > LARGEST:
        raise ConfigError(f"{file}: larger than {LARGEST >> 20} MB, which no configuration is")
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: not UTF-8, at byte {error.start}; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: not valid TOML: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"{file}: nested too deeply") from error


def _checked(config: Config) -> Config:
    """`config`; ConfigError where its files together have more conditions than one may have."""
    fields = ("paths", "rules", "providers", "values", "stopwords", "keys", "path_patterns", "lines")
    count = sum(max(1, sum(len(getattr(ignore, name)) for name in fields)) for ignore in config.ignores)
    count += len(config.get("exclude", ()))
    if count > MOST_CONDITIONS:
        raise ConfigError(f"{config.files[-1]}: {too_many(count)}")
    return config


def combined(base: Config, over: Config) -> Config:
    """`over` on top of the `base` that it extends: lists add up, single values replace."""
    return Config(
        _merged(base.values, over.values),
        {
            name: _merged(base.commands.get(name, {}), over.commands.get(name, {}))
            for name in {**base.commands, **over.commands}
        },
        base.ignores + over.ignores,
        base.files + over.files,
    )


def _merged(base: Mapping[str, Value], over: Mapping[str, Value]) -> dict[str, Value]:
    merged = dict(base)
    for key, value in over.items():
        below = base.get(key)
        if below is not None and isinstance(value.value, tuple):
            both = tuple(dict.fromkeys(below.value + value.value))
            merged[key] = Value(both, f"{below.source}, {value.source}", value.directory)
        else:
            merged[key] = value
    return merged
