"""Terraform gets a sensitive variable, whose value comes from TF_VAR_."""

from __future__ import annotations

import pytest
from helpers.rewriting import KEY, fix, reason, rewritten

DECLARATION = '\nvariable "anthropic_api_key" {\n  type      = string\n  sensitive = true\n}\n'


@pytest.mark.parametrize(
    ("text", "new"),
    [
        (
            'provider "a" {\n  key = "@@" # here\n}\n',
            'provider "a" {\n  key = var.anthropic_api_key # here\n}\n' + DECLARATION,
        ),
        (
            'resource "a" "b" {\n  k = "Bearer @@ ${x}"\n}\n',
            'resource "a" "b" {\n  k = "Bearer ${var.anthropic_api_key} ${x}"\n}\n' + DECLARATION,
        ),
        ('locals {\n  m = { k = "@@" }\n}\n', "locals {\n  m = { k = var.anthropic_api_key }\n}\n" + DECLARATION),
        (
            'variable "anthropic_api_key" {\n}\nlocals {\n  k = "@@"\n}\n',
            'variable "anthropic_api_key" {\n}\nlocals {\n  k = var.anthropic_api_key\n}\n',
        ),
    ],
)
def test_literal_becomes_a_sensitive_variable(text, new):
    """The literal is replaced, and the variable declared once at the end."""
    assert rewritten("main.tf", text) == new
    assert fix("main.tf", text).variable == "TF_VAR_anthropic_api_key"


def test_default_of_a_variable_goes_and_the_variable_is_sensitive():
    """A key as a default is dropped: the variable itself is set from the environment."""
    text = 'variable "token" {\n  type    = string\n  default = "@@"\n}\n'
    assert rewritten("variables.tf", text) == 'variable "token" {\n  type    = string\n  sensitive = true\n}\n'
    assert fix("variables.tf", text).variable == "TF_VAR_token"
    sensitive = 'variable "token" {\n  default = "@@"\n  sensitive = true\n}\n'
    assert rewritten("variables.tf", sensitive) == 'variable "token" {\n  sensitive = true\n}\n'


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("main.tf", "# @@\n", "comment"),
        ("main.tf", 'terraform {\n  backend "s3" {\n    secret_key = "@@"\n  }\n}\n', "backend"),
        ("a.tfvars", 'token = "@@"\n', "TF_VAR"),
        ("main.tf", 'variable "a" {\n  description = "like @@"\n}\n', "description"),
    ],
)
def test_place_without_variables_is_left_alone_by_name(path, text, words):
    """Where Terraform takes no variable nothing is changed, and one line says why."""
    assert words in reason(path, text)
    assert KEY not in reason(path, text)
