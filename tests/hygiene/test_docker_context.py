"""What images and packages take along, and what stands across environment files."""

from __future__ import annotations

import json

import pytest
from helpers.tokens import token

from keyscan.hygiene.packages import manifest_includes


@pytest.fixture
def env(run):
    """Run `keyscan env`: the set of (rule, path) that it reports."""

    def env(repo, *args):
        result = run("env", "--format", "json", *args, cwd=repo.path)
        assert not result.err, result.err
        return {(entry["rule"], entry["path"]) for entry in json.loads(result.out)["findings"]}

    return env


@pytest.fixture
def secret(anthropic_key):
    """The text of an environment file with a real value."""
    return f"ANTHROPIC_API_KEY={anthropic_key}\n"


IMAGES = [
    # Dockerfile, .dockerignore, copied?
    ("FROM x\nCOPY src ./src\n", None, False),
    ("FROM x\nCOPY package.json yarn.lock ./\n", None, False),
    ("FROM x\nCOPY --from=build / /\n", None, False),
    ("FROM x\n# COPY . .\n", None, False),
    ("FROM x\nCOPY . .\n", ".env\n", False),
    ("FROM x\nCOPY . .\n", "**/.env*\n", False),
    ("FROM x\nCOPY . .\n", "*\n!src\n", False),
    ("FROM x\nCOPY . .\n", ".env*\n!.env.example\n", False),
    ("FROM x\nCOPY . .\n", None, True),
    ("FROM x\nADD ./ /app\n", "node_modules\n", True),
    ("FROM x\nCOPY --chown=a:b \\\n  . /app\n", None, True),
    ('FROM x\nCOPY ["." , "/app"]\n', None, True),
    ("FROM x\nCOPY .env* ./\n", None, True),
    ("FROM x\nCOPY . .\n", ".env*\n!.env\n", True),
    ("FROM x\nCOPY . .\n", "conf/.env\n", True),
]


@pytest.mark.parametrize(("dockerfile", "ignore", "copied"), IMAGES)
def test_docker(repo, env, secret, dockerfile, ignore, copied):
    """A file that an instruction copies and .dockerignore leaves in gets into the image."""
    repo.stage(".gitignore", ".env\n")
    repo.write(".env", secret)
    repo.stage("Dockerfile", dockerfile)
    if ignore is not None:
        repo.stage(".dockerignore", ignore)
    assert (("env-in-docker-context", ".env") in env(repo)) is copied


def test_docker_of_a_subdirectory(repo, env, secret):
    """The context is the Dockerfile's directory, or the one above `docker/`; a named ignore file goes first."""
    repo.stage(".gitignore", ".env\n")
    repo.write("api/.env", secret)
    repo.stage("web/Dockerfile", "COPY . .\n")
    assert env(repo) == set()
    repo.stage("docker/api.Dockerfile", "COPY api ./\n")
    assert env(repo) == {("env-in-docker-context", "api/.env")}
    repo.stage("docker/api.Dockerfile.dockerignore", "**/.env\n")
    assert env(repo) == set()


PACKAGE = {"name": "x", "version": "1.0.0"}
PACKED = [
    # package.json, .npmignore, ignored by git?, packed?
    (PACKAGE, None, True, False),
    ({**PACKAGE, "private": True}, "dist\n", True, False),
    ({**PACKAGE, "files": ["dist", "index.js"]}, None, False, False),
    (PACKAGE, ".env\n", True, False),
    ({**PACKAGE, "files": ["conf", "!conf/.env"]}, None, True, False),
    (PACKAGE, "*.log\n", True, True),
    (PACKAGE, None, False, True),
    ({**PACKAGE, "files": ["conf"]}, None, True, True),
    ({**PACKAGE, "files": ["**/*"]}, None, True, True),
    ({**PACKAGE, "files": ["."]}, None, True, True),
]


@pytest.mark.parametrize(("manifest", "npmignore", "ignored", "packed"), PACKED)
def test_npm(repo, env, secret, manifest, npmignore, ignored, packed):
    """`files`, .npmignore and .gitignore decide, in this order; a private package is never published."""
    if ignored:
        repo.stage(".gitignore", ".env\n")
    repo.stage("package.json", json.dumps(manifest))
    if npmignore is not None:
        repo.stage(".npmignore", npmignore)
    repo.write("conf/.env", secret)
    assert (("env-in-npm-package", "conf/.env") in env(repo)) is packed


HATCH = '[build-system]\nbuild-backend = "hatchling.build"\n'
FLIT = '[build-system]\nbuild-backend = "flit_core.buildapi"\n'
SETUPTOOLS = '[build-system]\nbuild-backend = "setuptools.build_meta"\n'
UV = '[build-system]\nbuild-backend = "uv_build"\n'
IGNORED = {".gitignore": ".env\n"}
BUILDS = [
    # pyproject.toml, other files, path, packed?
    (HATCH, IGNORED, ".env", False),
    (HATCH + '[tool.hatch.build.targets.sdist]\ninclude = ["/src"]\n', {}, ".env", False),
    (FLIT, {}, ".env", False),
    (SETUPTOOLS, {}, "pkg/.env", False),
    (SETUPTOOLS, {"MANIFEST.in": "graft pkg\nprune pkg\n"}, "pkg/.env", False),
    (HATCH, {}, ".env", True),
    (FLIT, IGNORED, "pkg/.env", True),
    (UV, IGNORED, "src/pkg/.env", True),
    (SETUPTOOLS, {"MANIFEST.in": "graft pkg\n"}, "pkg/.env", True),
    ('[tool.setuptools.package-data]\n"*" = ["*"]\n', IGNORED, "pkg/.env", True),
]


@pytest.mark.parametrize(("project", "files", "path", "packed"), BUILDS)
def test_python(repo, env, secret, project, files, path, packed):
    """Each build backend takes along what its documentation says."""
    repo.stage("pyproject.toml", project)
    for name in ("pkg/__init__.py", "src/pkg/__init__.py"):
        repo.stage(name, "")
    for name, text in files.items():
        repo.stage(name, text)
    repo.write(path, secret)
    assert (("env-in-python-package", path) in env(repo)) is packed


@pytest.mark.parametrize(
    ("text", "path", "inside"),
    [
        ("include *.txt\n", ".env", False),
        ("recursive-include docs *\n", ".env", False),
        ("global-include *\nglobal-exclude .env\n", ".env", False),
        ("include .env\n", ".env", True),
        ("include .*\n", ".env", True),
        ("recursive-include pkg *\n", "pkg/a/.env", True),
        ("global-include *.env .env\n", "a/.env", True),
    ],
)
def test_manifest(text, path, inside):
    """MANIFEST.in's commands are followed in order."""
    assert manifest_includes(text, path) is inside


def test_one_key_in_two_environments(repo, env, secret, run):
    """The same secret for development and production is told, with both places; files of one environment may share."""
    repo.stage(".gitignore", ".env*\n")
    repo.write("api/.env", secret)
    repo.write("worker/.env", secret)
    repo.write("worker/.env.local", secret)
    assert env(repo) == set()
    repo.write("api/.env.production", secret)
    assert env(repo) == {("env-shared-secret", "api/.env")}
    assert "api/.env.production:1:19" in run("env", cwd=repo.path).out


def test_placeholders_and_public_keys_may_be_shared(repo, env):
    """What is no secret may stand in all environments."""
    text = f"LOG=debug\nPASSWORD=changeme\nSTRIPE_PUBLISHABLE_KEY={token('pk_live_{alnum:24}')}\n"
    repo.stage(".gitignore", ".env*\n")
    repo.write(".env", text)
    repo.write(".env.production", text)
    assert env(repo) == set()


GROQ = "gsk_{alnum:20}WGdyb3FY{alnum:24}"
WRONG = [
    # text with a key in it -> reported?
    ("GROQ_API_KEY={groq}\n", False),
    ("OPENAI_BASE_URL=https://api.groq.com/openai/v1\nOPENAI_API_KEY={groq}\n", False),
    ("ANTHROPIC_AUTH_TOKEN={groq}\n", False),
    ("MY_KEY={groq}\n", False),
    ("ANTHROPIC_API_KEY={anthropic}\nCLAUDE_API_KEY={anthropic}\n", False),
    ("OPENAI_API_KEY={groq}\n", True),
    ("MISTRAL_API_KEY={anthropic}\n", True),
]


@pytest.mark.parametrize(("text", "wrong"), WRONG)
def test_a_key_under_another_providers_name(repo, env, anthropic_key, text, wrong):
    """A variable that names one provider and holds the key of another is told, gateways are not."""
    repo.stage(".gitignore", ".env*\n")
    repo.write(".env", text.format(groq=token(GROQ), anthropic=anthropic_key))
    assert (("env-wrong-provider", ".env") in env(repo)) is wrong


BROWSER = [
    ("ANTHROPIC_API_KEY", "{anthropic}", False),
    ("NEXT_PUBLIC_API_URL", "https://api.example.org/{random}", False),
    ("NEXT_PUBLIC_SUPABASE_ANON_KEY", "{random}", False),
    ("NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY", "pk_live_{random}", False),
    ("VITE_FIREBASE_API_KEY", "AIza{random}", False),
    ("VITE_APP_TITLE", "My application", False),
    ("VITE_ANTHROPIC_API_KEY", "your-key-here", False),
    ("VITE_ANTHROPIC_API_KEY", "{anthropic}", True),
    ("NEXT_PUBLIC_ANTHROPIC_API_KEY", "{anthropic}", True),
    ("PUBLIC_APP_SECRET", "{random}", True),
    ("REACT_APP_AUTH_TOKEN", "{random}", True),
]


@pytest.mark.parametrize(("name", "value", "exposed"), BROWSER)
def test_keys_for_browsers(repo, env, anthropic_key, name, value, exposed):
    """A secret under a prefix that bundlers ship is told; what is public by design is not."""
    repo.stage(".gitignore", ".env*\n")
    repo.write(".env", f"{name}={value.format(anthropic=anthropic_key, random=token('{alnum:35}'))}\n")
    assert (("browser-exposed-key", ".env") in env(repo)) is exposed
