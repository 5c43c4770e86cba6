"""Settings and environment under which a hostile repository can run nothing and change nothing that git prints.

Imports nothing but frozen modules, so that the fast path can import it alone.
"""

import os
import sys

# Settings by which a repository could run a program, wait for the network, or change what plumbing prints. What a
# repository itself wrote to speed up git (commit graph, multi-pack index) is not believed: it may lie.
SAFE = (
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.quotePath=false",
    "-c", "core.untrackedCache=false",
    "-c", "core.commitGraph=false",
    "-c", "core.multiPackIndex=false",
    "-c", "core.warnAmbiguousRefs=false",
    "-c", "core.attributesFile=/dev/null",
    "-c", "diff.orderFile=/dev/null",
    "-c", "diff.ignoreSubmodules=none",
    "-c", "diff.relative=false",
    "-c", "diff.renames=false",
    "-c", "diff.noprefix=false",
    "-c", "diff.mnemonicPrefix=false",
    "-c", "diff.interHunkContext=0",
    "-c", "diff.algorithm=myers",
    "-c", "submodule.recurse=false",
    "-c", "log.showSignature=false",
    "-c", "log.mailmap=false",
    "-c", "i18n.logOutputEncoding=UTF-8",
    "-c", "mailmap.file=",
    "-c", "mailmap.blob=HEAD:.mailmap",
    "-c", "gpg.program=false",
    "-c", "protocol.allow=never",
    # On Linux names differ by case, whatever a repository says.
    *(("-c", "core.ignoreCase=false") if sys.platform == "linux" else ()),
)  # fmt: skip

# What could prompt, page, fetch lazily, take optional locks or translate is switched off.
ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    # No transport at all, whatever protocol.NAME.allow says: gits before 2.39.4 do not know GIT_NO_LAZY_FETCH.
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_REPLACE_OBJECTS": "1",
    # Broken refs are reported, not left out.
    "GIT_REF_PARANOIA": "1",
    "GIT_PAGER": "cat",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
    # Long answers go through pipes in full buffers, not commit by commit.
    "GIT_FLUSH": "0",
}

# Variables by which git's own hooks (and users) name the repository, its index and its object store.
REPOSITORY_VARIABLES = frozenset({
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
})  # fmt: skip
# Variables that change what git prints, on either of its streams, or how it compares.
_DROPPED = frozenset({
    "GIT_ATTR_SOURCE",
    "GIT_CONFIG",
    "GIT_DIFF_OPTS",
    "GIT_EXTERNAL_DIFF",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_REPLACE_REF_BASE",
})  # fmt: skip


def environment(variables: dict[str, str], *, inherit: bool) -> dict[str, str]:
    """The environment for a git that may be told by `variables` which repository it works on only if `inherit`.

    A hook has to inherit: one that drops GIT_INDEX_FILE or the quarantine's variables reads the wrong index or misses
    objects. A git in a directory that the user named must not: it would read another repository.
    """
    kept = {
        name: value
        for name, value in variables.items()
        if name not in _DROPPED
        and (inherit or name not in REPOSITORY_VARIABLES)
        and not name.startswith(("GIT_TRACE", "GIT_CURL_VERBOSE"))
    }
    kept.update(ENVIRONMENT)
    return kept


def program(path: str) -> str:
    """The git that `path`, a PATH, names, by its absolute entries only: never one in the scanned directory."""
    name = "git.exe" if sys.platform == "win32" else "git"
    for directory in path.split(os.pathsep):
        file = os.path.join(directory, name)  # noqa: PTH118 - pathlib is not frozen
        if os.path.isabs(directory) and os.access(file, os.X_OK) and not os.path.isdir(file):  # noqa: PTH112, PTH117
            return file
    return ""


# What the index has that HEAD does not: added, changed and type-changed paths, unmerged ones too.
STAGED = (
    "diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-ext-diff", "--no-renames", "--diff-filter=ACMRTU",
)  # fmt: skip
