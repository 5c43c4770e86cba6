"""`python -m keyscan`, and the console script: hands over to the command line with nothing else imported.

In a directory that you do not trust, run the installed command: `python -m` lets Python import from the current
directory first, before any line of ours runs (`python -P -m keyscan` does not).
"""

from __future__ import annotations

import sys


def run() -> None:
    """Run the command line and exit with its code; an interrupt while modules are imported is one line, too."""
    try:
        _run()
    except KeyboardInterrupt:
        sys.stderr.write("keyscan: interrupted\n")
        sys.exit(130)


def _run() -> None:
    if sys.argv[1:] == ["--version"]:
        # Answered before click is imported: scripts probe for us with it.
        from keyscan._version import __version__

        sys.stdout.write(f"keyscan {__version__}\n")
        return
    if sys.argv[1:] == ["staged"]:
        from keyscan.fastpath import staged

        if staged.staged() is not None:
            return
    if len(sys.argv) == 3 and sys.argv[1] == "commit-msg":  # noqa: PLR2004 - the command and the file
        from keyscan.fastpath import commit_message

        if commit_message.is_clean(sys.argv[2]):
            return
    if sys.argv[1:3] == ["agent", "hook"]:
        from keyscan.fastpath import agent_hook

        if agent_hook.answer(sys.argv[3:]):
            return
    import gc

    from keyscan.cli.main import main

    # Scans make many small objects and few rings: looking for these every 700 objects takes 2% of their time.
    gc.set_threshold(50_000, 20, 20)
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
