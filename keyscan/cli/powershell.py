"""Completion for PowerShell, in click's own protocol; click has none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from click.shell_completion import ShellComplete, add_completion_class

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# The words go to keyscan one a line, so that spaces and quotes in them survive; the last one is being typed.
_SOURCE = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | ForEach-Object { $_.Extent.Text })
    if ($wordToComplete -eq '') { $words += '' }
    $kept = $env:COMP_WORDS, $env:%(complete_var)s
    try {
        $env:COMP_WORDS = $words -join "`n"
        $env:%(complete_var)s = 'powershell_complete'
        $program = $commandAst.CommandElements[0].Extent.Text
        & $program | ForEach-Object {
            $type, $value, $help = $_ -split "`t", 3
            if ($type -eq 'plain') {
                if (-not $help) { $help = $value }
                [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
            } else {
                Get-ChildItem -Path "$wordToComplete*" -Directory:($type -eq 'dir') -Name -ErrorAction Ignore |
                    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
            }
        }
    } finally {
        $env:COMP_WORDS, $env:%(complete_var)s = $kept
    }
}
"""


class PowerShellComplete(ShellComplete):
    """Answers PowerShell's argument completer: `type<TAB>value<TAB>help` for each completion."""

    name = "powershell"
    source_template = _SOURCE

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is being typed, and that one."""
        words = os.environ.get("COMP_WORDS", "").split("\n")
        return words[1:-1], words[-1] if len(words) > 1 else ""

    def format_completion(self, item: CompletionItem) -> str:
        """One line of the answer."""
        return f"{item.type}\t{item.value}\t{item.help or ''}"


def register() -> None:
    """Make click know this shell."""
    add_completion_class(PowerShellComplete)
