"""Git settings under which a hostile repository can run nothing; apart, so that the quick hook can import it alone."""

# Settings by which a repository could run a program, wait for the network, or change what is reported.
SAFE = (
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.quotePath=false",
    "-c", "core.untrackedCache=false",
    "-c", "diff.orderFile=/dev/null",
    "-c", "diff.ignoreSubmodules=none",
    "-c", "diff.renames=false",
    "-c", "diff.noprefix=false",
    "-c", "diff.mnemonicPrefix=false",
    "-c", "core.commitGraph=true",
    "-c", "submodule.recurse=false",
    "-c", "log.showSignature=false",
    "-c", "gpg.program=false",
    "-c", "protocol.allow=never",
)  # fmt: skip

# What could prompt, page, fetch lazily, take optional locks or translate is switched off; GIT_DIR,
# GIT_INDEX_FILE and the quarantine's variables stay: a hook that drops them reads the wrong index.
ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_PAGER": "cat",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
    # Long answers go through pipes in full buffers, not commit by commit.
    "GIT_FLUSH": "0",
}

# What the index holds that HEAD does not: added, changed and type-changed paths, unmerged ones too.
STAGED = (
    "diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-ext-diff", "--no-renames", "--diff-filter=ACMRTU",
)  # fmt: skip
