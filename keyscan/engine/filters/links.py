"""Whether a value is part of an address that people open: a link that is sent, cited or that signs one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.engine.filters.secret_names import words_of
from keyscan.support.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from keyscan.engine.filters.context import Context

# Whoever gets a link is meant to follow it: to leave a list, join a group, confirm an address, fetch an attachment.
_SENT_LINK = lazy_pattern(
    rb"(?i)https?://[^\s\"'`<>]{0,120}(?:unsubscri|opt-?out|preferences|privacy|newsletter|confirm|verif(?:y|ication)|"
    rb"invit(?:e|ation)|add_by_link|share|survey|feedback|reset[_-]?password|magic|join)[^\s\"'`<>]{0,120}\Z"
)
# An image's or a film's address, which opens nothing else.
_FILE_LINK = lazy_pattern(
    rb"(?i)https?://[^\s\"'`<>?]{1,160}\.(?:png|jpe?g|gif|webp|svg|mp[34]|webm|mov)\?[^\s\"'`<>]{0,160}\Z"
)
# The address behind a text in a document: readers follow it.
_CITED = lazy_pattern(
    rb"(?:\]\(<?|/URI ?\(|<(?:a|iframe|img|video)\s[^<>]{0,120}(?:src|href)=[\"'])https?://[^\s()<>\"'`]{1,190}\Z"
)
# A field of an address that people open: on a public host, and nothing in it says that a program answers.
_QUERY = lazy_pattern(rb"(?i)https?://(?:[a-z\d$_{}-]{1,60}\.){1,5}[a-z]{2,12}(?=/|\?)[^\s\"'`<>]{0,190}[?&][\w.-]*=\Z")
# What Jupyter prints when it starts: a token of that run.
_NOTEBOOK = lazy_pattern(
    rb"(?i)https?://(?:(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::\d{2,5})?/(?:lab|tree)|[\w.()-]{1,60}:88\d\d/(?:lab|tree)?)/?\?token=\Z"
)
_PROGRAM = lazy_pattern(
    rb"(?i)(?<![a-z])(?:open-?|o|rest-?)?api(?![a-z])|/v\d{1,2}[/?]|(?<![a-z])(?:web-?)?(?:hooks?|bots?|rpc|jsonrpc|graphql|"
    rb"gateway|proxy|servers?|admin|internal|ingest|collect|cron|jobs?|build|trigger|deploy|callback|mcp|sse|ws|oauth2?|"
    rb"auth|login|push|upload|send|query|search|data|feed|rss|ipn|robot)(?![a-z])"
)
_OPENS = frozenset(
    b"access account admin api app application auth authentication authorization bearer bot client consumer developer "
    b"id identity jwt key license master oauth personal private refresh sas secret security service session shared "
    b"signing sso subscription user verification verify webhook x".split()
)
_OF_LINKS = frozenset(b"token key password pwd pass passcode".split())


def is_followed(context: Context) -> bool:
    """Whether a value stands in an address that readers or visitors are meant to open."""
    return any(link.search(context.before) for link in (_SENT_LINK, _FILE_LINK, _CITED))


def is_of_link(name: bytes, context: Context) -> bool:
    """Whether a value is that of a field of an address which people open: `/invoice?token=`, `&share_key=`.

    A field that is called after what it opens, and an address that a program answers, hold a credential.
    """
    if _NOTEBOOK.search(context.before):
        return True
    *first, last = words_of(name) or [b""]
    if not first and last.endswith(b"token"):
        first, last = [last.removesuffix(b"token")] if last != b"token" else [], b"token"
    if last not in _OF_LINKS or (last == b"key" and not first) or not _OPENS.isdisjoint(first):
        return False
    query = _QUERY.search(context.before)
    return query is not None and not _PROGRAM.search(query[0])
