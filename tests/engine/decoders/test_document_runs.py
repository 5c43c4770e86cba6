"""Runs of office documents: a key that the XML cuts is one again, and what separates texts stays."""

from __future__ import annotations

import time

import pytest

from keyscan.engine.decoders.document_runs import joined_runs


@pytest.mark.parametrize(
    "written",
    [
        b"<w:r><w:t>abc</w:t></w:r><w:r><w:t>def</w:t></w:r>",
        b'<w:t>abc</w:t></w:r><w:proofErr w:type="spellStart"/>\n<w:r><w:rPr/><w:t xml:space="preserve">def',
        b"<a:r><a:t>abc</a:t></a:r><a:r><a:rPr/><a:t>def</a:t></a:r>",
        b"<si><r><t>abc</t></r><r><rPr/><t>def</t></r></si>",
        b'<text:p>abc<text:span text:style-name="T1">def</text:span></text:p>',
    ],
)
def test_a_text_in_runs_is_joined(written):
    """In Word, PowerPoint, Excel and OpenDocument, whatever tags stand between the runs."""
    assert b"abcdef" in joined_runs(written, "word/document.xml")
    assert joined_runs(written, "a.html") == written


@pytest.mark.parametrize(
    "written",
    [
        b"<w:p><w:t>abc</w:t></w:p><w:p><w:t>def</w:t></w:p>",
        b"<w:t>abc</w:t><w:tab/><w:t>def</w:t>",
        b"<w:t>abc</w:t><w:br/><w:t>def</w:t>",
        b"<si><t>abc</t></si><si><t>def</t></si>",
        b"<w:t>abc</w:t> text <w:t>def</w:t>",
        b"<config><t>abc</t></config>",
    ],
)
def test_what_is_apart_stays_apart(written):
    """Paragraphs, tabulators, breaks and cells separate."""
    assert joined_runs(written, "x.xml") == written


def test_hostile_markup_takes_linear_time():
    """A megabyte of tags without an end costs no more than reading it."""
    start = time.process_time()
    for unit in (b"</w:t><x>", b"</w:t>", b"</w:t>  ", b"<text:span ", b"</t><r><r><r>", b"<w:t>a</w:t>"):
        joined_runs(b"<w:t>" + unit * (1_000_000 // len(unit)), "x.xml")
    assert time.process_time() - start < 5
