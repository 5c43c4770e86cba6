"""What a path says of its file."""

import pytest

from keyscan.catalog.path_kinds import PathKind
from keyscan.support.path_kind import path_kind

KINDS = {
    PathKind.TEST: [
        "tests/a.py",
        "src/__tests__/a.ts",
        "a_test.go",
        "test_a.py",
        "FooTest.java",
        "a.spec.ts",
        "a.appspec.ts",
        "test.env",
    ],
    PathKind.SAMPLE: [
        "examples/a.py",
        "src/fixtures.ts",
        "src/user.mocks.ts",
        ".env.example",
        "config.sample.yml",
        "fixtures/x.json",
        "settings.dist.toml",
        "crewAI-examples/a.py",
        "workspace/example_secrets/a.yml",
        "examples/a.py.bak",
    ],
    PathKind.DOCUMENT: ["docs/a.txt", "README.md", "guide.rst", "guide.mdx.old"],
    PathKind.VENDORED: [
        "node_modules/x/a.js",
        ".venv/lib/a.py",
        "lib/site-packages/a.py",
        "third_party/a.c",
        "env/lib/python3.11/a.py",
        "env/include/openssl/a.h",
        "charts/db.tgz!/db/README.md",
    ],
    PathKind.RECORDED: ["cassettes/a.yaml", "run.har", "openapi.yaml", "data.jsonl", "chat-leaderboard/data/a.json"],
    PathKind.PAGE: ["index.html", "web/Home_files/a.js"],
    PathKind.CONFIGURATION: [".env", "prod.env.local", "a.yaml", "app.properties"],
    PathKind.NOISY: [
        "package-lock.json",
        "app.min.js",
        "locales/de.json",
        "main.3f2a9c81.js",
        "terraform.tfstate.backup",
    ],
    PathKind.SOURCE: ["a.py", "src/b.rs"],
    PathKind.GENERATED: ["src/client.gen.ts", "lib/a.g.dart", "generated/api.go", "proto/a_pb2.py", "a.pb.go"],
    PathKind.PIPELINE: [
        *(".github/workflows/ci.yml", "sub/.gitea/workflows/a.yaml", ".circleci/config.yml", ".woodpecker/a.yml"),
        *(".gitlab-ci.yml", ".travis.yml", ".drone.yml", "azure-pipelines.yml", "bitbucket-pipelines.yml"),
    ],
}


@pytest.mark.parametrize(("kind", "path"), [(kind, path) for kind, paths in KINDS.items() for path in paths])
def test_paths_of_each_kind(kind, path):
    """Names and directories that projects use."""
    assert kind in path_kind(path)
