"""report.html: one file, offline, the same every time, readable by everybody, and every number traceable."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
import shutil
from pathlib import Path

import pytest
import report_documents
from report_page import Page
from report_trace import resolve, shown_number

from gan_audit.errors import GanAuditError
from gan_audit.report import html as module
from gan_audit.report.document.canonical import digest, dumps
from gan_audit.report.html import render_html, script_json, templates

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "reports" / "templates"


@pytest.fixture(scope="module")
def parsed(page) -> Page:
    return Page(page)


def test_the_same_document_gives_the_same_bytes(page):
    assert render_html(report_documents.document()) == page
    assert render_html(json.loads(dumps(report_documents.document()))) == page


def test_the_digest_on_the_page_is_that_of_the_file(page, parsed, document):
    whole = digest(dumps(document))
    assert whole in parsed.visible
    assert f'content: "Audit digest {whole[:12]}"' in page


def test_the_page_loads_nothing(parsed):
    for element in parsed.elements:
        for name in ("src", "srcset", "action", "data", "poster"):
            assert name not in element.attributes, element
        assert element.tag not in ("link", "iframe", "object", "embed", "form", "base", "img")
        assert element.attributes.get("href", "#").startswith("#")
    assert not re.search(r"url\(|@import", "".join(style.text for style in parsed.all("style")))


def test_only_the_two_scripts_of_the_page_may_run(parsed):
    (policy,) = [m.attributes["content"] for m in parsed.all("meta") if m.attributes.get("http-equiv")]
    scripts = [script.text for script in parsed.all("script") if "type" not in script.attributes]
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    assert re.findall(r"'sha256-([^']+)'", policy) == hashes
    assert len(hashes) == 2
    assert "default-src 'none'" in policy
    assert not re.search(r"unsafe-eval|script-src[^;]*unsafe-inline|https?:|\*", policy)


def test_the_policy_stands_before_anything_it_rules(parsed):
    tags = [element.tag for element in parsed.elements]
    policy = next(i for i, e in enumerate(parsed.elements) if e.attributes.get("http-equiv"))
    assert policy < min(tags.index("style"), tags.index("script"))


def test_no_element_carries_a_handler_or_a_second_use_of_an_id(parsed):
    ids = [element.attributes["id"] for element in parsed.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    assert not [name for element in parsed.elements for name in element.attributes if name.startswith("on")]


def test_every_link_leads_somewhere(parsed):
    ids = {element.attributes.get("id") for element in parsed.elements}
    links = [a.attributes["href"][1:] for a in (*parsed.all("a"), *parsed.all("use"))]
    assert len(links) > 50
    assert set(links) <= ids


def test_every_number_names_its_place_in_the_document(parsed, document):
    checks = {item["key"]: item for item in document["checks"]}
    numbers = 0
    for element in parsed.elements:
        if "data-src" not in element.attributes:
            continue
        value = resolve(document, checks, element.attributes["data-src"])
        if isinstance(value, int | float) and not isinstance(value, bool):
            numbers += 1
            assert shown_number(element.text) == pytest.approx(value, rel=0.006, abs=5e-5), element
    assert numbers > 150


def test_every_measured_number_of_a_check_is_on_the_page(parsed, document):
    sources = {element.attributes.get("data-src") for element in parsed.elements}
    for item in document["checks"]:
        key = item["key"].replace("~", "~0").replace("/", "~1")
        for name in (
            "estimate",
            "ci",
            "threshold",
            "p_value",
            "p_adjusted",
            "n_real",
            "n_synthetic",
            "status",
            "level",
        ):
            if item[name] is not None:
                assert f"/checks/{key}/{name}" in sources


def test_figures_stand_on_the_page_with_and_without_scripts(page, parsed):
    holders = [element for element in parsed.elements if "data-figure" in element.attributes]
    given = json.loads(next(s.text for s in parsed.all("script") if s.attributes.get("id") == "figures"))
    assert {holder.attributes["data-figure"] for holder in holders} == set(given["figures"])
    for figure in parsed.all("figure"):
        tags = [child.tag for child in figure.children]
        assert tags == ["figcaption", "div", "details"]
    assert page.count('<div class="static" role="img"') == len(parsed.all("figure")) == len(holders) + 1


def test_the_page_has_one_heading_landmarks_and_a_way_past_the_contents(parsed):
    assert len(parsed.all("h1")) == 1
    assert [len(parsed.all(tag)) for tag in ("main", "nav", "footer")] == [1, 1, 1]
    assert parsed.all("html")[0].attributes["lang"] == "en"
    first = next(element for element in parsed.all("a"))
    assert (first.attributes["class"], first.attributes["href"]) == ("skip", "#main")


def test_headings_step_down_one_at_a_time(parsed):
    levels = [int(element.tag[1]) for element in parsed.elements if re.fullmatch("h[1-6]", element.tag)]
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))


def test_tables_have_a_caption_and_heads_say_what_they_head(parsed):
    assert parsed.all("table")
    for table in parsed.all("table"):
        assert [child.tag for child in table.children][:2] == ["caption", "thead"]
    assert all(head.attributes.get("scope") in ("col", "row", "colgroup") for head in parsed.all("th"))


def test_every_verdict_has_a_shape_and_words(parsed):
    badges = [element for element in parsed.elements if "badge" in element.attributes.get("class", "").split()]
    assert badges
    for badge in badges:
        assert badge.text.strip()
        assert badge.children[0].tag == "svg"


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("--ink", 7),
        ("--muted", 4.5),
        ("--link", 4.5),
        ("--met", 4.5),
        ("--not-met", 4.5),
        ("--warn", 4.5),
        ("--none", 4.5),
    ],
)
def test_text_can_be_read_on_white_and_on_the_tints(name, least):
    style = (TEMPLATES / "style.css").read_text()
    colour = re.search(rf"{name}: (#[0-9a-f]{{6}});", style)
    assert colour
    for ground in ("#ffffff", "#f5f7f9", "#f0f7f2", "#fcf3f3", "#fcf7ee"):
        assert contrast(colour[1], ground) >= least


def contrast(first, second):
    """WCAG 2 contrast ratio."""

    def luminance(colour):
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return sum(weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_templates_only_loop_escape_and_switch():
    for path in TEMPLATES.rglob("*.j2"):
        text = path.read_text()
        assert not re.search(r"\|\s*safe\b|autoescape|Markup|\bset\b", text), path.name
        inserted = re.findall(r"{{(.*?)}}", text) + re.findall(r"{%-?\s*if (.*?)%}", text)
        assert not [x for x in inserted if re.search(r"[+*/]|\s-\s|\bround\b|\bformat\b", re.sub(r'"[^"]*"', "", x))], (
            path.name
        )
        drawings = re.findall(r"{{ *([\w.]+) *\| *drawing *}}", text)
        assert set(drawings) <= {"item.graphic", "item.svg"}, path.name


def test_templates_are_found_in_a_wheel_and_in_a_checkout(tmp_path):
    package = tmp_path / "site-packages" / "gan_audit" / "report"
    package.mkdir(parents=True)
    with pytest.raises(GanAuditError, match="templates are missing"):
        templates(package)
    shutil.copytree(TEMPLATES, tmp_path / "site-packages" / "reports" / "templates")
    assert templates(package) == tmp_path / "site-packages" / "reports" / "templates"
    shutil.copytree(TEMPLATES, package / "templates")
    assert templates(package) == package / "templates"


def test_json_in_a_script_cannot_end_it():
    text = script_json({"x": "</script><!--&\u2028\u2029"})
    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text) == {"x": "</script><!--&\u2028\u2029"}
    with pytest.raises(ValueError, match="JSON"):
        script_json(float("nan"))


def test_a_library_that_would_end_its_own_element_is_refused():
    with pytest.raises(GanAuditError, match="cannot stand inside a page"):
        module._inline("var x = '</SCRIPT>';")
    assert module._inline("a\r\nb\n") == "a\nb"


def test_a_page_with_nothing_wrong_says_so(clean_document):
    visible = Page(render_html(clean_document)).visible
    assert "Gate met" in visible
    assert "No finding" in visible
    assert "No criterion is unmet, undecided or waived." in visible
