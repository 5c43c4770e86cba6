"""Edits of JSON with comments change what they are for, and no other byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyscan.support import jsonc

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip
TEXTS = [
    '{\n  // mine\n  "hooks": {\n    "X": [\n      1 // one\n    ]\n  },\n  "z": [1, 2,],\n}\n',
    '{\n\t"a": {"b": "c"} /* d */\n}\n',
    '\ufeff{\r\n    "a": 1\r\n}\r\n',
    '{\n  "hooks": {\n    "Y": [1]\n  }\n}',
]


@given(JSON, st.sampled_from([None, 2]))
def test_json_is_read_as_json(value, indent):
    """Whatever `json` writes is read as the same value."""
    assert jsonc.parse(json.dumps(value, indent=indent)).value == value


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_added_can_be_taken_out_again(text):
    """An item is added at the end, comments stay, and without it the file is as it was, byte for byte."""
    made = jsonc.appended(text, ("hooks", "X"), {"k": ["v"]})
    value = jsonc.parse(made).value
    assert value["hooks"]["X"][-1] == {"k": ["v"]}
    assert all(comment in made for comment in ("// mine", "// one", "/* d */") if comment in text)
    assert ("\r\n" in text) == ("\r\n" in made)
    assert jsonc.without(made, ("hooks", "X"), len(value["hooks"]["X"]) - 1) == text


@pytest.mark.parametrize("text", ["{}", '{"a":1}', '{"hooks": {}}', '{"hooks": {"X": []}}', "{ // c\n}", '{"a": "}"}'])
def test_short_forms_stay_valid(text):
    """Objects and arrays on one line get the item and lose it again; what that leaves empty goes too."""
    made = jsonc.appended(text, ("hooks", "X"), {"k": 1})
    assert jsonc.parse(made).value["hooks"]["X"] == [{"k": 1}]
    back = jsonc.parse(jsonc.without(made, ("hooks", "X"), 0)).value
    assert {name: value for name, value in back.items() if value} == {
        name: value for name, value in jsonc.parse(text).value.items() if value and name != "hooks"
    }


@given(st.lists(st.integers(), min_size=1, max_size=5), st.data())
def test_any_item_can_be_taken_out(items, data):
    """Removing one item of several leaves the others in order."""
    number = data.draw(st.integers(0, len(items) - 1))
    for indent in (None, 2):
        text = json.dumps({"a": {"b": items}, "c": 1}, indent=indent)
        left = jsonc.parse(jsonc.without(text, ("a", "b"), number)).value
        assert left.get("a", {}).get("b", []) == items[:number] + items[number + 1 :]
        assert left["c"] == 1


def test_members_are_set_once_and_taken_out():
    """A member is added where there is none, left where there is one, and removed with what it leaves empty."""
    text = '{\n  "a": 1\n}\n'
    made = jsonc.set_default(text, ("env", "N"), "v")
    assert jsonc.parse(made).value == {"a": 1, "env": {"N": "v"}}
    assert jsonc.set_default(made, ("env", "N"), "other") == made
    assert jsonc.without_member(made, ("env", "N")) == text
    assert jsonc.without_member(text, ("env", "N")) == text


@pytest.mark.parametrize(
    ("text", "place"),
    [('{"a":}', "line 1, column 6"), ('{\n"a" 1}', "line 2, column 5"), ("[1", "line 1, column 3"), ("", "line 1"),
     ("{} x", "after the end"), ('{"a": "\\x"}', "string"), ("[" * 500, "deep"), ("{'a': 1}", "string")],
)  # fmt: skip
def test_errors_tell_the_place(text, place):
    """What is not JSON is refused with line and column."""
    with pytest.raises(ValueError, match=place):
        jsonc.parse(text)


@pytest.mark.parametrize("text", ["[]", '{"hooks": []}', '{"hooks": {"X": {}}}', '{"hooks": "x"}'])
def test_other_shapes_are_refused(text):
    """Nothing is added where the file has another shape."""
    with pytest.raises(ValueError, match="not an"):
        jsonc.appended(text, ("hooks", "X"), 1)
