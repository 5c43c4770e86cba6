"""Habits in code: AI clients in browsers, keys in URLs, keys in logs; in the code of now, and nowhere else."""

from __future__ import annotations

import io
import json
import zipfile

import pytest


@pytest.fixture
def scan(run):
    """Run `keyscan scan`: the set of (rule, path) that it reports."""

    def scan(repo, *args, command="scan"):
        result = run(command, "--format", "json", *args, cwd=repo.path)
        assert not result.err, result.err
        return {(entry["rule"], entry["path"]) for entry in json.loads(result.out)["findings"]}

    return scan


HABITS = {
    "browser-dangerous-flag": (
        "src/ai.ts",
        "new OpenAI({ apiKey: process.env.AI_KEY, dangerouslyAllowBrowser: true });\n",
    ),
    "direct-browser-access": (
        "src/ai.js",
        "headers: {'x-api-key': env.AI_KEY, 'anthropic-dangerous-direct-browser-access': 'true'}\n",
    ),
    "browser-exposed-variable": ("src/App.tsx", "const k = import.meta.env.VITE_OPENAI_API_KEY\n"),
    "browser-direct-call": (
        "src/Chat.vue",
        "fetch('https://api.openai.com/v1/chat', { headers: { Authorization: `Bearer ${process.env.CHAT_KEY}` } })\n",
    ),
    "key-in-url": ("app.py", 'u = f"https://api.openai.com/v1/models?key={api_key}"\n'),
    "key-logged": ("app.py", "print(api_key)\n"),
}


@pytest.mark.parametrize("rule", HABITS)
def test_habits_count_in_working_code(repo, scan, rule):
    """Each habit is one finding of its own, in staged and in scanned code."""
    path, text = HABITS[rule]
    repo.stage(path, text)
    assert scan(repo) == {(rule, path)}
    assert scan(repo, command="staged") == {(rule, path)}


@pytest.mark.parametrize("rule", HABITS)
@pytest.mark.parametrize(
    "place", ["tests/{}", "docs/{}", "node_modules/x/{}", "README-{}.md", "src/dist/{}", "x/{}.min.js", "web-tests/{}"]
)
def test_habits_are_left_alone_elsewhere(repo, scan, rule, place):
    """Tests, documents, examples and other people's code are not this project's habits."""
    path, text = HABITS[rule]
    repo.stage(place.format(path.replace("/", "-")), text)
    assert scan(repo) == set()


VISITORS_KEY = {
    "browser-dangerous-flag": ("src/ai.ts", "new OpenAI({ apiKey: settings.key, dangerouslyAllowBrowser: true });\n"),
    "direct-browser-access": ("src/ai.js", "headers: {'anthropic-dangerous-direct-browser-access': 'true'}\n"),
    "browser-direct-call": (
        "src/Chat.vue",
        "fetch('https://api.openai.com/v1/chat', {\n  headers: { Authorization: `Bearer ${this.key}` } })\n",
    ),
    "key-logged": ("scripts/create_key.py", "print(api_key)\n"),
    "key-in-other-url": ("app.py", 'u = f"https://generativelanguage.googleapis.com/v1/models?key={api_key}"\n'),
}


@pytest.mark.parametrize("rule", VISITORS_KEY)
def test_no_sign_of_the_projects_own_key_is_low(repo, scan, rule):
    """A client that may hold its visitor's own key, a script's output and Gemini's documented URL are low, not gone."""
    path, text = VISITORS_KEY[rule]
    repo.stage(path, text)
    assert scan(repo) == set()
    assert scan(repo, "--min-severity", "low") == {(rule, path)}


@pytest.mark.parametrize(
    "key", ["import.meta.env.VITE_AI_KEY", "process.env['AI_TOKEN']", "NEXT_PUBLIC_AI_KEY", 'Deno.env.get("AI_SECRET")']
)
def test_a_key_of_the_environment_beside_a_browser_client_is_medium(repo, scan, key):
    """What is read from the environment is the project's key: a page that holds it gives it to every visitor."""
    repo.stage("src/ai.ts", f"const apiKey = {key};\nnew OpenAI({{ apiKey, dangerouslyAllowBrowser: true }});\n")
    assert ("browser-dangerous-flag", "src/ai.ts") in scan(repo)


@pytest.mark.parametrize(
    "text",
    [
        '"""Credentials.\n\n    print(creds.api_key)\n"""\n',
        "# print(api_key)\n",
        "  >>> print(api_key)\n",
        "'''\nprint(api_key)\n'''\n",
    ],
)
def test_code_in_comments_and_documentation_is_not_run(repo, scan, text):
    """What a docstring shows prints nothing; after its end the same code counts."""
    repo.stage("app.py", text)
    assert scan(repo, "--min-severity", "low") == set()
    repo.stage("app.py", text + "print(api_key)\n")
    assert scan(repo) == {("key-logged", "app.py")}


def test_practices_in_an_archive_are_no_working_code(repo, scan):
    """A practice counts in the project's own source files: what is in an archive is built or somebody else's."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("worker.js", "console.log(apiKey)\n")
    repo.stage("extension.zip", content.getvalue())
    assert scan(repo, "--min-severity", "low") == set()


def test_a_direct_call_counts_in_browser_code_only(repo, scan):
    """The same call from a server's file is how it should be."""
    repo.stage("server/chat.ts", HABITS["browser-direct-call"][1])
    assert scan(repo) == set()


def test_habits_do_not_count_in_the_history(repo, scan):
    """What old code did with a key is no leak: the history reports secrets only."""
    repo.stage("app.py", "print(api_key)\n")
    repo.commit()
    repo.stage("app.py", "print(1)\n")
    repo.commit()
    assert scan(repo, command="history") == set()


def test_the_code_is_shown_not_a_hash(repo, run):
    """A habit's finding shows the code that it is about: there is no secret in it."""
    repo.stage("app.py", "print('key', settings.OPENAI_API_KEY)\n")
    result = run("scan", cwd=repo.path)
    assert "app.py:1:14: settings.OPENAI_API_KEY" in result.out
    assert "Log whether the key is set, not the key." in result.out


def test_an_example_file_with_a_browser_variable(repo, scan):
    """A template that names the variable teaches the habit."""
    repo.stage(".env.example", "VITE_OPENAI_API_KEY=\n")
    assert scan(repo) == {("browser-exposed-variable", ".env.example")}


def test_a_comment_in_a_secrets_file_sets_no_variable(repo, scan):
    """A line behind `#` ships nothing."""
    repo.stage(".env", "# VITE_OPENAI_API_KEY=\nPORT=80\n")
    assert scan(repo) == set()


SURROUNDINGS = [
    ("x.py", "key = '{}'\n", None),
    (".env", "ANTHROPIC_API_KEY={}\n", None),
    (".env", "VITE_ANTHROPIC_API_KEY={}\n", "shipped to browsers"),
    ("x.js", 'const NEXT_PUBLIC_KEY = "{}"\n', "shipped to browsers"),
    ("x.js", "fetch('https://example.org/?key={}')\n", "in a URL's query string"),
    ("x.py", "print('{}')\n", "it is printed"),
    (".mcp.json", '{{"k": "{}"}}', "in a project's MCP configuration: write ${{NAME}}"),
]


@pytest.mark.parametrize(("path", "text", "said"), SURROUNDINGS)
def test_what_stands_round_a_key_is_said(repo, run, anthropic_key, path, text, said):
    """A found key's evidence says when it is shipped, logged, or in a URL."""
    repo.stage(path, text.format(anthropic_key))
    out = run("scan", cwd=repo.path).out
    assert "anthropic-api-key" in out
    words = dict.fromkeys(s.format() for _, _, s in SURROUNDINGS if s)
    assert [word for word in words if word in out] == ([said.format()] if said else [])
