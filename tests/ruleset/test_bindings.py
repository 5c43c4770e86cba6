"""The grammar of bindings: every form of the benchmark is found, and what is no secret in it is not."""

import importlib.util
import tomllib
from pathlib import Path

import pytest

from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.hyperscan import HyperscanPrefilter
from keyscan.model.rule import Severity
from keyscan.ruleset import bindings, templates
from keyscan.ruleset.cache import load_rules

pytest.importorskip("hyperscan")
QUALITY = Path(__file__).parents[2] / "benchmarks" / "quality"
FORMS = [
    (path, form)
    for forms in tomllib.loads((QUALITY / "forms.toml").read_text(encoding="utf-8"))["forms"].values()
    for path, form in forms
]
# A number between letters, so that no draw is letters alone.
VALUE = "{alnum:9}7{alnum:6}x4{alnum:14}"


def benchmark():
    """The module that measures forms."""
    spec = importlib.util.spec_from_file_location("forms", QUALITY / "forms.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


NAMED = benchmark().named


@pytest.fixture(scope="module")
def matcher():
    """All rules, as the command line has them."""
    rules = load_rules()
    return Matcher(rules, HyperscanPrefilter.of(rules))


def told(matcher, path, text):
    """The secrets that are reported at medium and above."""
    return [
        match.secret for match in matcher.scan(text.encode(), path=path).matches if match.severity >= Severity.MEDIUM
    ]


@pytest.mark.parametrize(("path", "form"), FORMS)
def test_a_random_value_is_found_in_every_form(matcher, path, form):
    """Whatever the language, format or command: a secret's name and a random value make a finding."""
    value = templates.expand(VALUE, form)
    found = told(matcher, path, NAMED(form, "acme_api_token", value))
    assert any(value.encode() in secret or secret in value.encode() for secret in found)


@pytest.mark.parametrize(
    "value", ["${DB_VALUE}", "changeme", "your-value-here", "os.environ", "gpt-4o-mini", "xxxxxxxxxxxx"]
)
def test_references_and_placeholders_are_silent_in_every_form(matcher, value):
    """References, placeholders and names of models stay silent; one form in a hundred may err on one of them."""
    wrong = [form for path, form in FORMS if told(matcher, path, NAMED(form, "acme_api_token", value))]
    assert len(wrong) * 100 <= len(FORMS)


def test_a_part_that_is_not_there_is_an_error():
    """A rule that names an unknown part does not load with half an expression."""
    with pytest.raises(KeyError, match="no-such-part"):
        bindings.expanded("(?&no-such-part)(?P<secret>x)")


def test_every_part_is_used_and_bounded():
    """No part is left over, and each part's references lead to parts."""
    rules = (Path(__file__).parents[2] / "rules" / "generic.toml").read_text(encoding="utf-8")
    text = rules + "".join(bindings.parts().values())
    assert [name for name in bindings.parts() if f"(?&{name})" not in text] == []
    assert all("(?&" not in bindings.expanded(part) for part in bindings.parts().values())
