"""What other tools call a kind of secret, as rules of ours: `generic-api-key`, `aws-access-token`, `AWS Keys`."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyscan.model.rule import Rule

# Words of a name that mean the rules which go by a variable's name and how random its value is.
_GENERIC = frozenset({"generic", "entropy", "keyword", "password"})
# Rule names without a provider, and other names of providers: consecutive words -> providers.
_ALIASES: dict[tuple[str, ...], tuple[str, ...]] = {
    ("private", "key"): ("Private key",),
    ("jwt",): ("JSON Web Token",),
    ("json", "web", "token"): ("JSON Web Token",),
    ("curl",): ("Authorization header", "Generic"),
    ("basic", "auth"): ("URL with credentials", "Authorization header"),
    ("connection", "string"): ("Connection string", "URL with credentials"),
    ("database", "connection"): ("Connection string", "URL with credentials"),
    ("gcp",): ("Google", "Google Cloud"),
    ("hashicorp", "tf"): ("HCP Terraform",),
    ("artifactory",): ("JFrog",),
    ("akamai",): ("Linode (Akamai)",),
}
_MOST_WORDS = 4
# Words that say what a key is, under one name each.
_SAME = {"pat": "personal", "accesskey": "key", "apikey": "key", "token": "key", "api": "", "secret": "key"}


class Counterparts:
    """Finds the rules that answer to a name; `rules` are the built-in ones."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rule for rule in rules if rule.category != "practice")
        self.ids = frozenset(rule.id for rule in self._rules)

    @cached_property
    def _by_provider(self) -> dict[str, tuple[str, ...]]:
        by_provider: dict[str, list[str]] = {}
        for rule in self._rules:
            for name in _spellings(rule.provider):
                by_provider.setdefault(name, []).append(rule.id)
        return {name: tuple(ids) for name, ids in by_provider.items()}

    @cached_property
    def _by_first_word(self) -> dict[str, tuple[str, ...]]:
        by_word: dict[str, list[str]] = {}
        for rule in self._rules:
            by_word.setdefault(rule.id.partition("-")[0], []).append(rule.id)
        return {name: tuple(ids) for name, ids in by_word.items()}

    @cached_property
    def generic(self) -> tuple[str, ...]:
        """The rules that go by names and randomness, not by a provider."""
        return tuple(rule.id for rule in self._rules if rule.provider == "Generic")

    def is_generic(self, name: str) -> bool:
        """Whether `name` means a rule that goes by names and randomness."""
        words = _words(name)
        return not _GENERIC.isdisjoint(words) and not self._of_provider(words)

    def of(self, name: str) -> tuple[str, ...]:
        """The ids of our rules for what another tool calls `name`; none when nothing in it is known."""
        words = _words(name)
        written = "-".join(words)
        if written in self.ids:
            return (written,)
        ids = self._of_alias(words) or self._of_provider(words)
        return ids or (self.generic if self.is_generic(name) else ())

    def closest(self, name: str) -> tuple[str, ...]:
        """Those of `of(name)` that have most words in common with it: for switching a rule off, no more than that."""
        ids = self.of(name)
        if self.is_generic(name):
            return ids
        wanted = set(_meant(_words(name)))
        scores = {rule_id: len(wanted & set(_meant(rule_id.split("-")))) for rule_id in ids}
        best = max(scores.values(), default=0)
        return tuple(rule_id for rule_id in ids if scores[rule_id] == best)

    def _of_alias(self, words: tuple[str, ...]) -> tuple[str, ...]:
        for known, providers in _ALIASES.items():
            if known in _runs(words):
                return tuple(rule.id for rule in self._rules if rule.provider in providers)
        return ()

    def _of_provider(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The rules of the provider that the longest run of words is the name of, the first such run."""
        for run in sorted(_runs(words), key=len, reverse=True):
            name = "".join(run)
            ids = self._by_provider.get(name) or self._by_first_word.get(name)
            if ids and name not in _GENERIC:
                return ids
        return ()


def _words(name: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z0-9]+", name.lower()))


def _runs(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [
        words[start:end]
        for start in range(len(words))
        for end in range(start + 1, min(len(words), start + _MOST_WORDS) + 1)
    ]


def _meant(words: Iterable[str]) -> Iterator[str]:
    return (meant for meant in (_SAME.get(word, word) for word in words) if meant)


def _spellings(provider: str) -> set[str]:
    """`Brevo (Sendinblue)` -> brevo, sendinblue, brevosendinblue."""
    parts = re.split(r"[()/]| or | and ", provider.lower())
    joined = {re.sub(r"[^a-z0-9]", "", part) for part in (provider.lower(), *parts)}
    return joined - {""}
