"""Examples of every command: for `--help`, the manual page, and a test that each of them is understood."""

from __future__ import annotations

# By command: (command line, what it does).
EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "": (
        ("keyscan scan", "the files of this directory"),
        ("keyscan install", "check every commit from now on"),
        ("keyscan history", "every commit so far"),
    ),
    "staged": (
        ("keyscan staged", "what the next commit would add"),
        ("keyscan staged --whole-files", "every secret in the staged files"),
    ),
    "scan": (
        ("keyscan scan", "this directory"),
        ("keyscan scan src config.yml", "these paths"),
        ("kubectl get secret -o yaml | keyscan scan - --stdin-filename secret.yaml", "what a program prints"),
        ("keyscan scan -f sarif -o keyscan.sarif", "a report for code scanning"),
        (
            "keyscan scan --isolated --show-ignored ~/Downloads/project",
            "a third-party project, ignoring its configuration",
        ),
    ),
    "env": (
        ("keyscan env", "are secrets files ignored and untracked?"),
        ("keyscan env --fix", "show the changes that fix it, and apply them"),
    ),
    "fix": (
        ("keyscan fix", "show how each key would be read from the environment, and ask"),
        ("keyscan fix --staged --apply", "fix what the hook has just blocked, and stage it"),
        ("keyscan fix --to vault:secret/app app.py", "the commands that store the keys in Vault instead of .env"),
    ),
    "rotate": (
        ("keyscan rotate openai-project-api-key", "every step, with clients that take two keys"),
        ("keyscan rotate anthropic-api-key -f markdown", "as text for an issue"),
        ("keyscan rotate --check --rotation-days 30", "the keys of this repository by age"),
    ),
    "clean-history": (
        ("keyscan clean-history", "which commits would change, and what rewriting cannot undo"),
        (
            "keyscan clean-history --apply --into ../clean.git",
            "rewrite a fresh mirror and check it",
        ),
    ),
    "history": (
        ("keyscan history", "every version of every file, each once"),
        ("keyscan history --range main..HEAD", "what this branch adds"),
        ("keyscan history --since '2 weeks ago' -f json -o history.json", "recent commits, as JSON"),
    ),
    "run": (("keyscan run -- npm test", "a command, without the secrets that it prints"),),
    "filter": (
        ("docker logs app | keyscan filter > app.log", "a log without secrets"),
        ("tail -f app.log | keyscan filter --line-buffered", "the same, line by line"),
    ),
    "agent": (("keyscan agent install --all", "the hooks of every agent on this machine"),),
    "agent install": (
        ("keyscan agent install claude-code", "from now on nothing that it sends, writes or reads contains a key"),
        ("keyscan agent install --all --deny", "every agent on this machine, with its own rules against key files"),
    ),
    "agent status": (("keyscan agent status", "would the hooks run, and what do they not cover?"),),
    "agent test": (("keyscan agent test codex", "a made-up key is sent through the hook"),),
    "agent uninstall": (("keyscan agent uninstall --all", "remove the hooks"),),
    "agent hook": (("keyscan agent hook claude-code < event.json", "what an agent does at each prompt and tool call"),),
    "commit-msg": (("keyscan commit-msg .git/COMMIT_EDITMSG", "the message of the commit that is being made"),),
    "mcp": (("keyscan mcp --root .", "tools for an agent, for this directory only"),),
    "pre-push": (("keyscan install --push", "run it before every push"),),
    "pre-receive": (("keyscan pre-receive", "in a server's hooks/pre-receive: it reads what git tells the hook"),),
    "machine": (
        ("keyscan machine", "transcripts, histories and credential stores in your home directory"),
        ("keyscan machine --redact", "replace secrets that do not belong there; asks first, keeps a backup"),
    ),
    "fleet": (
        ("keyscan fleet repositories.txt --state audit/", "each repository of a list, its whole history"),
        ("keyscan fleet --github-org acme --state audit/ --report html=fleet.html", "an organisation, as a page"),
    ),
    "ci": (
        ("keyscan ci", "the commits of this run"),
        ("keyscan ci -f github", "with annotations on the lines"),
    ),
    "cache": (
        ("keyscan cache show", "where the cache is and how large it is"),
        ("keyscan cache clear", "remove everything in it"),
    ),
    "cache show": (("keyscan cache show", "where the cache is and how large it is"),),
    "cache clear": (("keyscan cache clear", "remove everything in it"),),
    "checklist": (("keyscan checklist", "the security checklist for this repository"),),
    "revoke": (
        ("keyscan revoke anthropic-api-key:0123456789abcdef0123", "a key in this directory"),
        ("keyscan revoke --from history.json --dry-run slack-bot-token:0123456789abcdef0123", "what would be sent"),
    ),
    "verify": (
        ("keyscan verify", "the keys in this directory"),
        ("keyscan verify report.json --only live,limited --yes", "the active keys of a report"),
        ("keyscan history --verify -f html -o history.html", "--verify goes with scan, history and ci too"),
        ("keyscan verify --endpoint gitlab=https://git.example", "a product on a server of your own"),
    ),
    "rules": (
        ("keyscan rules list", "every rule"),
        ("keyscan rules show stripe-secret-key", "one rule"),
        ("keyscan rules check my-rules.toml", "validate your own rules"),
    ),
    "rules list": (("keyscan rules list --rules my-rules.toml", "the built-in rules and yours"),),
    "rules show": (("keyscan rules show anthropic-api-key", "what it finds, and how to revoke it"),),
    "rules check": (("keyscan rules check my-rules.toml", "every example matches, no negative does"),),
    "config": (
        ("keyscan config show", "every effective value, and where it is set"),
        ("keyscan config check", "is the configuration valid?"),
    ),
    "config show": (("keyscan config show --min-severity high", "with what the command line changes"),),
    "config check": (("keyscan config check --config ../company/keyscan.toml", "another file"),),
    "explain": (
        ("keyscan explain stripe-secret-key", "what the rule finds, and what to do about a key"),
        ("keyscan explain stripe-secret-key:0123456789abcdef0123", "one finding: where it is, and why it fired"),
    ),
    "migrate": (
        ("keyscan migrate --dry-run", "see what would be migrated"),
        ("keyscan migrate", "write keyscan's own files"),
    ),
    "baseline": (
        ("keyscan baseline create", "accept current findings, report only new ones"),
        ("keyscan baseline review", "review findings one by one"),
    ),
    "baseline create": (
        ("keyscan baseline create --history --reason 'before keyscan'", "everything that was ever committed"),
    ),
    "baseline update": (("keyscan baseline update --reason 'test accounts'", "accept new findings as well"),),
    "baseline prune": (("keyscan baseline prune --dry-run", "which entries are stale?"),),
    "baseline show": (("keyscan baseline show", "the accepted findings"),),
    "baseline review": (("keyscan baseline review", "see each location, accept with a reason, or skip"),),
    "install": (("keyscan install", "check every commit of this repository"),),
    "completion": (
        ('eval "$(keyscan completion bash)"', "in ~/.bashrc"),
        ('eval "$(keyscan completion zsh)"', "in ~/.zshrc"),
        ("keyscan completion powershell | Out-String | Invoke-Expression", "in $PROFILE of PowerShell"),
        ("keyscan completion fish > ~/.config/fish/completions/keyscan.fish", "one time, for all sessions"),
    ),
    "man": (("keyscan man > ~/.local/share/man/man1/keyscan.1", "install the manual page"),),
}


def epilog(name: str) -> str:
    """The examples of a command as click sets them below its help; empty when there are none."""
    lines = [f"{line}\n      {what}" for line, what in EXAMPLES.get(name, ())]
    return "\b\nExamples:\n  " + "\n  ".join(lines) if lines else ""
