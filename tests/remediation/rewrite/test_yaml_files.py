"""YAML of known tools refers to the environment in the tool's own way; comments and layout stay."""

from __future__ import annotations

import pytest
from helpers.rewriting import NAME, fix, reason, rewritten


@pytest.mark.parametrize(
    ("path", "text", "new"),
    [
        (
            "docker-compose.yml",
            "services:\n  a:\n    environment:\n      K: @@ # here\n      B: 'c'\n",
            f"services:\n  a:\n    environment:\n      K: ${{{NAME}:?}} # here\n      B: 'c'\n",
        ),
        (
            "compose.yaml",
            "services:\n  a:\n    environment:\n      - K=@@\n      - B=c\n",
            f"services:\n  a:\n    environment:\n      - K=${{{NAME}:?}}\n      - B=c\n",
        ),
        (
            "compose.yaml",
            'services: {a: {environment: {K: "@@"}}}\n',
            f'services: {{a: {{environment: {{K: "${{{NAME}:?}}"}}}}}}\n',
        ),
        (
            "compose.yaml",
            "services: {a: {environment: {K: @@}}}\n",
            f'services: {{a: {{environment: {{K: "${{{NAME}:?}}"}}}}}}\n',
        ),
        (
            ".github/workflows/ci.yml",
            "on: push\njobs:\n  a:\n    env:\n      K: '@@'\n",
            f'on: push\njobs:\n  a:\n    env:\n      K: "${{{{ secrets.{NAME} }}}}"\n',
        ),
        (
            ".github/workflows/ci.yml",
            "on: push\njobs:\n  a:\n    steps:\n      - run: |\n          # ü\n          r -H 'k: @@'\n",
            (
                "on: push\njobs:\n  a:\n    steps:\n      - run: |\n          # ü\n"
                f"          r -H 'k: ${{{{ secrets.{NAME} }}}}'\n"
            ),
        ),
        (
            ".gitlab-ci.yml",
            f"variables:\n  {NAME}: '@@'\n  B: c\n",
            "variables:\n  B: c\n",
        ),
        (".gitlab-ci.yml", "variables:\n  K: '@@'\n  B: c\n", f'variables:\n  K: "${NAME}"\n  B: c\n'),
        (".gitlab-ci.yml", "job:\n  script:\n    - run --key @@\n", f"job:\n  script:\n    - run --key ${NAME}\n"),
        ("src/application.yml", "a:\n  key: @@\n", f"a:\n  key: ${{{NAME}}}\n"),
        ("litellm_config.yaml", "model_list:\n  - api_key: @@\n", f"model_list:\n  - api_key: os.environ/{NAME}\n"),
        (".continue/config.yaml", "models:\n  - apiKey: @@\n", f"models:\n  - apiKey: ${{{{ secrets.{NAME} }}}}\n"),
        ("librechat.yaml", "endpoints:\n  a:\n    apiKey: '@@'\n", f'endpoints:\n  a:\n    apiKey: "${{{NAME}}}"\n'),
    ],
)
def test_secret_becomes_the_tools_own_reference(path, text, new):
    """The reference of each tool, with everything else byte for byte."""
    assert rewritten(path, text) == new


def test_reserved_name_of_github_is_changed():
    """GitHub refuses secrets that begin with GITHUB_."""
    made = fix(".github/workflows/ci.yml", "on: push\nenv:\n  T: @@\n", name="GITHUB_TOKEN")
    assert made.variable == "GH_TOKEN"
    assert b"secrets.GH_TOKEN" in made.splices[0].new
    assert made.follow_up[0].endswith("gh secret set GH_TOKEN")


def test_kubernetes_reads_the_value_from_a_secret():
    """A container's variable becomes a secretKeyRef, and the command that makes the Secret is given."""
    text = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n"
        "      containers:\n        - name: a\n          env:\n            - name: K\n              value: '@@' # a\n"
        "            - name: B\n              value: c\n"
    )
    new = rewritten("deploy.yaml", text)
    pad = " " * 14
    assert (
        f"- name: K\n{pad}valueFrom:\n{pad}  secretKeyRef:\n{pad}    name: web-secrets\n{pad}    key: {NAME} # a\n"
        in new
    )
    assert "kubectl create secret generic web-secrets" in fix("deploy.yaml", text).follow_up[0]
    flow = text.replace("- name: K\n              value: '@@' # a", "- {name: K, value: '@@'}")
    assert f"valueFrom: {{secretKeyRef: {{name: web-secrets, key: {NAME}}}}}}}" in rewritten("deploy.yaml", flow)


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("compose.yaml", "# @@\nservices: {}\n", "comment"),
        ("compose.yaml", "services:\n  a:\n    build:\n      args:\n        K: @@\n", "build arguments"),
        ("s.yaml", "apiVersion: v1\nkind: Secret\nstringData:\n  k: @@\n", "manifest"),
        ("s.yaml", "apiVersion: v1\nkind: ConfigMap\ndata:\n  k: @@\n", "ConfigMap"),
        ("s.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - args: ['@@']\n", "env, envFrom"),
        ("config.yaml", "key: @@\n", "which program"),
        (".github/workflows/ci.yml", "on: push\njobs:\n  a:\n    if: x == '@@'\n", "cannot be used here"),
        (".gitlab-ci.yml", f"variables:\n  {NAME}: @@\n", "masked"),
        ("compose.yaml", "services: [@@\n  a: {{\n", "does not parse"),
        (".aider.conf.yml", "anthropic-api-key: @@\n", "environment"),
    ],
)
def test_place_without_a_reference_is_left_alone_by_name(path, text, words):
    """Where the tool has no reference nothing is changed, and one line says why."""
    assert words in reason(path, text)
