"""The grammar of bindings: every form of the benchmark is found, and what is no secret in it is not."""

import importlib.util
import sys
import tomllib
from pathlib import Path

import pytest
from helpers.matchers import matchers

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


def benchmark(name):
    """A module that measures forms."""
    spec = importlib.util.spec_from_file_location(name, QUALITY / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    # Its neighbours are imported by their plain names, and its classes looked up in it.
    sys.path.append(str(QUALITY))
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


NAMED = benchmark("forms").named
NAMED_FORMS = benchmark("named_forms")


@pytest.fixture(scope="module")
def matcher():
    """All rules, as the command line has them."""
    return matchers()["hyperscan"]


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


def test_keys_of_named_rules_are_found_in_every_form(matcher):
    """A key with a prefix, and one that only its vendor's name tells, wherever they can stand as one value."""
    forms = {"all": [[path, form] for path, form in FORMS]}
    rules = [rule for rule in load_rules() if rule.id in {"anthropic-api-key", "bfl-api-key"}]
    by_form, by_rule, skipped = NAMED_FORMS.measure(matcher, rules, forms, NAMED)
    assert {form: counts.instead for form, counts in by_form.items() if counts.found < counts.total} == {}
    assert all(counts.total > skipped for counts in by_rule.values())


def test_a_value_fits_where_nothing_in_it_ends_it():
    """The characters that would break a form are told by where the value stands in it."""
    assert "'" in NAMED_FORMS.breaking("a.py", "x = '@S@'")
    assert '"' not in NAMED_FORMS.breaking("a.py", "x = '@S@'")
    assert "$" in NAMED_FORMS.breaking("a.sh", 'x="@S@"')
    assert "/" in NAMED_FORMS.breaking("a.py", "amqp://a:@S@@h")
    assert "&" in NAMED_FORMS.breaking("a.xml", '<a b="@S@"/>')


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
