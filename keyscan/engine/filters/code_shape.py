"""Values that are code: expressions over a value, by which `value_shape` tells code from secrets."""

from __future__ import annotations

import re

from keyscan.support.lazy_pattern import lazy_pattern

# Signs of code, of formats and of options, which stand in passwords as well.
SIGNS = lazy_pattern(
    # What stands between two strings of a packed program: `,DuplicateBinding:`.
    rb"^[,:;][A-Za-z]+[,:;]\Z|^%[sdrvqi]|%[sdrvqi]\Z|=\$|^[A-Za-z_]{2,40}=[A-Za-z]|::|->|=>|\|\||&&|[;{]\Z|==.|\?[.?]",
    re.IGNORECASE,
)
# Calls, members, types and formulas.
CALL = lazy_pattern(
    # A call, nested ones too, and what stylesheets have: `var(--token)`, `hsl(var(--chart-1))`.
    rb"^[a-z][a-z_.-]{2,30}\(.*\)\Z|\w\([\w., :]*\)|\w\(\Z|\w\[(?:['\"]|\d+\])|"
    # A name behind a name, unless the first is 32 hexadecimal digits, as in keys of two parts.
    # A class as Sphinx refers to it: `~transformers.GenerationConfig`.
    rb"^~[a-z_]\w*(?:\.\w+)+\Z|"
    rb"^(?![0-9a-f]{32}\.)[a-z_]\w*\.[a-z_]\w*(?:\.\w+)*\Z|"
    rb"\{.*\}|[=:?](?:null|None|True|False|undefined|true|false|void)\b|\.\$\d|^(?:[A-Za-z]+\|)+[A-Za-z]+\Z|"
    # A type or a list of anything, of names with at most two digits: `Optional[str]`, `steps[]`, `List[V1Secret]`.
    rb"^[A-Za-z_.]+\[(?:[A-Za-z_.,| \[\]]|(?<=[A-Za-z])\d{1,2}(?=[A-Za-z\]])){0,200}\]\Z|"
    # A call with arguments by name: `LocalWorkspace(env=)`.
    rb"^[A-Za-z_.]+\((?:\w+=\w{0,20}(?:, ?|(?=\)))){1,6}\)\Z|"
    # A product of names and numbers: `width*height*24/1024`.
    rb"^(?=[^*]{1,40}\*)(?:[a-z_]{1,20}|\d{1,6})(?:[*/+-](?:[a-z_]{1,20}|\d{1,6})){2,20}\Z|"
    # What stands between two strings of a packed program, or of one that is a string: `),eu=i(1681,`, `)\\nf.write(`.
    rb"^\)(?:,|;|\\[nrt]){0,3}[\w$.]{1,40}[=(:]"
)
# No code: a password with a point in it has digits apart from each other, which names of members seldom have.
POINTED = lazy_pattern(rb"(?=\D{0,60}\d[^A-Za-z_.]{0,60}[A-Za-z_.]\D{0,60}\d)\w{2,40}\.\w{2,40}")
# Nor a name: digits in so many places, however the letters between them are spelt.
SCATTERED = lazy_pattern(rb"(?=.{24})\d*(?:[A-Za-z]+\d+){4}[A-Za-z0-9]*")
