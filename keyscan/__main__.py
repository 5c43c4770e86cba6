"""`python -m keyscan`, and the console script: hands over to the command line with nothing else imported.

In a directory that you do not trust, run the installed command: `python -m` lets Python import from the current
directory first, before any line of ours runs (`python -P -m keyscan` does not).
"""

from __future__ import annotations

import gc
import sys

# Objects after which Python looks for cycles. Scans make few of these, and nearly all of the 50,000 objects that the
# start makes live until the end: to look through them as often as is the default takes 3 to 5% of a short run.
_GARBAGE_THRESHOLDS = (100_000, 20, 20)


def run() -> None:
    """Run the command line and exit with its code; an interrupt while modules are imported is one line, too."""
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        _occupy_closed_streams()
    _make_streams_wait()
    sys.exit(_for_agents(_code(), sys.argv[1:]))


def _code() -> int:
    """The exit code of the command, whatever happens."""
    try:
        code = _run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stderr.write("keyscan: interrupted\n")
        return 130
    except OSError as error:
        return _give_up(error)
    return code


def _for_agents(code: int, arguments: list[str]) -> int:
    """`code` as an agent understands it from its hook, which exits with 0 where it has answered.

    Most agents take 2 for a block and any other code for a remark, and go on: an event that could not be judged would
    pass. With `--on-failure warn` it shall pass, and some agents take every other code than 0 for a block.
    """
    if arguments[:2] != ["agent", "hook"] or code in {0, 2}:
        return code
    return 0 if "--on-failure warn" in " ".join(arguments).replace("=", " ") else 2


def _occupy_closed_streams() -> None:
    """Put what can be neither read nor written in the place of standard streams that are closed; messages are dropped.

    Otherwise a file that is opened later would take a stream's number, and a child process would write into it.
    """
    import os

    for name, flags, mode in (("stdin", os.O_WRONLY, "r"), ("stdout", os.O_RDONLY, "w"), ("stderr", os.O_WRONLY, "w")):
        if getattr(sys, name) is None:
            # Opened in the order of their numbers, each gets the lowest free one: its own.
            setattr(sys, name, open(os.open(os.devnull, flags), mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def _make_streams_wait() -> None:
    """Let reading and writing standard streams wait, whatever the process that opened them set.

    A read that does not wait ends early, which looks like the end of the input; a write loses what a pipe has no room
    for.
    """
    import os

    if os.name != "posix":
        return
    for number in range(3):
        try:
            if not os.get_blocking(number):
                os.set_blocking(number, True)
        except OSError:  # closed
            pass


def _give_up(error: OSError) -> int:
    """Say that an event or an answer of the fast path could not pass its stream; the exit code 3."""
    import os
    from contextlib import suppress

    with suppress(OSError):
        sys.stderr.write(f"keyscan: standard input or output: {error.strerror}\n")
    # What Python still holds must not fail again when it exits.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 3


def _run() -> int:
    """Run the command line; the exit code."""
    if sys.argv[1:] == ["--version"]:
        # Answered before click is imported: scripts probe for us with it.
        from keyscan._version import __version__

        sys.stdout.write(f"keyscan {__version__}\n")
        return 0
    if sys.argv[1:] == ["staged"]:
        from keyscan.fastpath import staged

        if staged.staged() is not None:
            return 0
    if len(sys.argv) == 3 and sys.argv[1] == "commit-msg":  # noqa: PLR2004 - the command and the file
        from keyscan.fastpath import commit_message

        if commit_message.is_clean(sys.argv[2]):
            return 0
    if sys.argv[1:3] == ["agent", "hook"]:
        from keyscan.fastpath import agent_hook

        if agent_hook.answer(sys.argv[3:]):
            return 0
    from keyscan.cli.main import main

    return main(sys.argv[1:])


if __name__ == "__main__":
    run()
