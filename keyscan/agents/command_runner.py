"""A command run with its standard output and standard error filtered, each apart and in order.

The command has our standard input, and a terminal for each output that is one here; its exit status is returned.
The output of its background processes is still filtered after it has ended.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keyscan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keyscan.agents.redactor import Redactor
    from keyscan.agents.stream_filter import StreamFilter

# Seconds without output after which an incomplete line (a prompt) is shown, and how often an ended command is noticed.
IDLE = 0.1
# Seconds without output after which what a command left running is filtered by a process of its own.
_GRACE = 0.4
_READ = 1 << 16
_SHELLS = frozenset(("sh", "bash", "zsh", "dash", "ash", "ksh", "mksh"))
NOT_FOUND, NOT_EXECUTABLE = 127, 126
_SIGNALLED = 128


@dataclass(slots=True)
class Channel:
    """One output of the command: where it is read, its filter, and where it goes."""

    source: int
    stream: StreamFilter
    target: int
    open: bool = True

    def pump(self) -> bool:
        """Pass on the available data; returns whether the channel is still open."""
        try:
            data = os.read(self.source, _READ)
        except OSError:  # a terminal whose other end was closed
            data = b""
        write(self.target, self.stream.feed(data) if data else self.stream.close())
        if not data:
            self.finish()
        return self.open

    def idle(self) -> None:
        """Pass on what the filter releases after a pause."""
        write(self.target, self.stream.idle())

    def finish(self) -> None:
        """Close the reading end."""
        if self.open:
            self.open = False
            os.close(self.source)


def write(target: int, data: bytes) -> None:
    """Write all of `data`; BrokenPipeError when the reader has gone."""
    view = memoryview(data)
    while view:
        view = view[os.write(target, view) :]


def shell_command(name: str, command: str) -> list[str]:
    """The command line that runs `command` in the shell `name`, which is `sh` where the name is no known shell's."""
    shell = name.removeprefix("-")
    if os.path.basename(shell).removesuffix(".exe") not in _SHELLS:  # noqa: PTH119
        shell = "sh"
    return [shell, "-c", command]


def run(command: Sequence[str], redactor: Redactor) -> tuple[int, list[str]]:
    """Run `command`; its exit status (128 and the signal's number for one that a signal ended), and failures.

    Raises UsageError for an empty command. Failures say which output was left out, and why.
    """
    if not command:
        raise UsageError("run: name a command: keyscan run -- COMMAND")
    channels, ends = _channels(redactor)
    try:
        process = subprocess.Popen(list(command), stdout=ends[0], stderr=ends[1])
    except OSError as error:
        for channel in channels:
            channel.finish()
        from keyscan.agents.redactor import redact

        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        write(2, f"keyscan: {redact(command[0])}: {error.strerror}\n".encode("utf-8", "replace"))
        return (NOT_FOUND if missing else NOT_EXECUTABLE), []
    finally:
        for end in ends:
            os.close(end)
    restore = _pass_signals(process)
    try:
        status = _pump(process, channels)
    except BrokenPipeError:
        # As for the command itself when the reader of its output goes: the next write ends it.
        for channel in channels:
            channel.finish()
        status = process.wait()
    finally:
        restore()
    failures = [why for channel in channels for why in channel.stream.failures]
    return (status if status >= 0 else _SIGNALLED - status), failures


def _channels(redactor: Redactor) -> tuple[list[Channel], list[int]]:
    """The two channels, and the ends that the command writes to."""
    channels, ends = [], []
    for target in (1, 2):
        source, end = _terminal(target) if hasattr(os, "openpty") and os.isatty(target) else os.pipe()
        os.set_inheritable(source, False)
        channels.append(Channel(source, redactor.stream(line_buffered=True), target))
        ends.append(end)
    return channels, ends


def _terminal(like: int) -> tuple[int, int]:
    """A terminal for the command to write to, as wide as that at `like`, that changes nothing of what is written."""
    import termios

    source, end = os.openpty()
    with suppress(OSError, termios.error):
        termios.tcsetwinsize(end, termios.tcgetwinsize(like))  # type: ignore[attr-defined,unused-ignore]
        attributes = termios.tcgetattr(end)
        attributes[1] &= ~termios.OPOST
        termios.tcsetattr(end, termios.TCSANOW, attributes)
    return source, end


def _pass_signals(process: subprocess.Popen[bytes]) -> Callable[[], None]:
    """Leave the terminal's signals to the command, which gets them too, and hand on those sent to us alone."""
    before: dict[int, Any] = {}

    def hand_on(number: int, _frame: object) -> None:
        with suppress(OSError):
            process.send_signal(number)

    def resize(_number: int, _frame: object) -> None:
        with suppress(OSError):
            process.send_signal(signal.SIGWINCH)

    def ignore(_number: int, _frame: object) -> None:
        return

    wanted: list[tuple[str, Callable[[int, object], None]]] = [
        ("SIGINT", ignore), ("SIGQUIT", ignore), ("SIGTERM", hand_on), ("SIGHUP", hand_on), ("SIGWINCH", resize),
    ]  # fmt: skip
    for name, handler in wanted:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            with suppress(ValueError, OSError):  # not in the main thread
                before[number] = signal.signal(number, handler)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return restore


def _pump(process: subprocess.Popen[bytes], channels: list[Channel]) -> int:
    if sys.platform == "win32":
        return _pump_by_threads(process, channels)
    silent_since: float | None = None
    while any(channel.open for channel in channels):
        if _pump_once(channels):
            silent_since = None
            continue
        status = process.poll()
        if status is None:
            continue
        now = time.monotonic()
        silent_since = silent_since or now
        if now - silent_since >= _GRACE:
            _go_on_in_background(channels)
            return status
    return process.wait()


def _pump_once(channels: list[Channel]) -> bool:
    """Pass on what arrives within IDLE seconds; returns whether anything arrived."""
    import select

    ready, _, _ = select.select([channel.source for channel in channels if channel.open], [], [], IDLE)
    for channel in channels:
        if channel.open and channel.source in ready:
            channel.pump()
        elif not ready:
            channel.idle()
    return bool(ready)


def _go_on_in_background(channels: list[Channel]) -> None:
    """Start a process that filters what the command's background processes still write."""
    if os.fork():
        for channel in channels:
            channel.finish()
        return
    code = 0
    try:
        os.setsid()
        while any(channel.open for channel in channels):
            _pump_once(channels)
    except BaseException:  # noqa: BLE001 - a process that must not return into the caller
        code = 1
    finally:
        os._exit(code)


def _pump_by_threads(process: subprocess.Popen[bytes], channels: list[Channel]) -> int:
    """As `_pump`, where pipes cannot be waited for: a thread reads each."""
    import threading

    threads = [threading.Thread(target=_pump_all, args=(channel,), daemon=True) for channel in channels]
    for thread in threads:
        thread.start()
    status = process.wait()
    for thread in threads:
        thread.join(_GRACE if thread.is_alive() else None)
    return status


def _pump_all(channel: Channel) -> None:
    with suppress(BrokenPipeError):
        while channel.open:
            channel.pump()


def filter_stream(source: int, target: int, stream: StreamFilter) -> None:
    """Pass `source` on to `target` through `stream` until it ends."""
    channel = Channel(os.dup(source), stream, target)
    try:
        while channel.open:
            if sys.platform == "win32":
                channel.pump()
            else:
                _pump_once([channel])
    finally:
        channel.finish()


def ask(command: str | Sequence[str], data: bytes, timeout: float) -> tuple[int, bytes, bytes]:
    """(exit status, standard output, standard error) of a command given `data`; a text is run by the shell.

    The status is NOT_FOUND for a command that cannot be started and -1 for one that takes longer than `timeout`.
    """
    try:
        done = subprocess.run(
            command,
            input=data,
            capture_output=True,
            check=False,
            timeout=timeout,
            shell=isinstance(command, str),
        )
    except subprocess.TimeoutExpired:
        return -1, b"", b""
    except OSError as error:
        return NOT_FOUND, b"", str(error.strerror).encode()
    return done.returncode, done.stdout, done.stderr
