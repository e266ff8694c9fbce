"""What stands on the page, before it is a page."""

from __future__ import annotations

import copy

import pytest

from gan_audit.errors import InputError
from gan_audit.judgement.declarations import DECLARED_FIELDS
from gan_audit.report.models import CheckBlock, Declared, Table
from gan_audit.report.view import build_view
from gan_audit.report.words import STATES

ORDER = [
    "summary", "attention", "intended_use", "generator", "data", "memorization", "fidelity", "diversity",
    "distributions", "dependence", "subgroups", "shortcuts", "utility", "risk", "reaudit", "limitations", "methods",
    "traceability", "clauses", "results", "tables", "policy", "declarations",
]  # fmt: skip


def section(view, anchor):
    return next(item for item in view.sections if item.anchor == anchor)


def texts(value) -> str:
    """Every string inside a view, one after another."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple | list):
        return "\n".join(map(texts, value))
    return "\n".join(map(texts, vars(value).values())) if hasattr(value, "__dict__") else ""


def states(document) -> dict[str, str]:
    """Check key to state, as the appendix of all results prints it."""
    (table,) = section(build_view(document), "results").blocks
    return {row.cells[0].text: row.cells[-1].parts[0].state for row in table.rows}


def test_the_sections_stand_in_their_order_and_are_numbered(document):
    view = build_view(document)
    assert [item.anchor for item in view.sections] == ORDER
    assert [item.number for item in view.sections] == [*map(str, range(1, 20)), "A", "B", "C", "D"]


def test_the_banner_counts_what_stands_behind_its_word(document):
    banner = build_view(document).banner
    assert (banner.state, banner.word) == ("not-met", "Gate not met")
    assert banner.sentence.startswith("1 of 19 gated criteria not met, 1 inconclusive (1 required), ")
    assert "1 waived (until 2027-01-31)" in banner.sentence
    assert "2 warnings" in banner.sentence
    assert "19 required declarations missing" in banner.sentence
    assert any("not a regulatory decision" in sentence for sentence in banner.caution)
    assert any("must justify" in sentence for sentence in banner.caution)


def test_a_met_gate_says_how_many_criteria_are_met(clean_document):
    banner = build_view(clean_document).banner
    assert banner.word == "Gate met"
    assert banner.sentence.startswith("15 of 19 gated criteria met, 4 not evaluated, ")


def test_an_undecided_gate_is_neither(document):
    document["verdict"].update(status="inconclusive", exit_code=3)
    assert build_view(document).banner.word == "Gate inconclusive"


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"status": "pass"}, "met"),
        ({"status": "fail"}, "not-met"),
        ({"status": "fail", "level": "warn"}, "warning"),
        ({"status": "inconclusive"}, "inconclusive"),
        ({"status": "skipped", "required": True}, "required-not-evaluated"),
        ({"status": "skipped", "required": False}, "not-evaluated"),
        ({"status": "info", "level": "info"}, "informative"),
        ({"status": "fail", "level": "off"}, "informative"),
    ],
)
def test_a_status_has_one_state(document, change, state):
    document["checks"][0].update(change)
    assert states(document)["memorization.close_fraction@radiomics"] == state


@pytest.mark.parametrize("status", ["fail", "inconclusive", "skipped"])
def test_a_waived_criterion_is_waived_and_never_met(document, status):
    item = document["checks"][0]
    item.update(status=status, waiver={"reason": "r", "approved_by": "J. Doe", "expires": "2027-01-31"})
    document["verdict"]["waived"] = [item["key"]]
    assert states(document)[item["key"]] == "waived"
    assert "Waived by J. Doe until 2027-01-31. Reason: r" in texts(section(build_view(document), "attention"))


def test_every_result_stands_in_the_appendix(document):
    assert set(states(document)) == {item["key"] for item in document["checks"]}
    assert set(states(document).values()) == set(STATES)


def test_every_table_stands_in_the_appendix_in_full(document):
    given = [table for item in document["checks"] for table in item["details"].get("tables", ())]
    shown = [block for block in section(build_view(document), "tables").blocks if isinstance(block, Table)]
    assert [len(table.rows) for table in shown] == [len(table["rows"]) for table in given]


def test_a_table_without_rows_is_left_out(document):
    before = len(section(build_view(document), "tables").blocks)
    document["checks"][0]["details"]["tables"].append({"title": "Empty", "columns": ["a"], "rows": []})
    assert len(section(build_view(document), "tables").blocks) == before


def test_the_summary_has_a_row_for_every_check_and_space(document):
    table = section(build_view(document), "summary").blocks[0]
    rows = {(texts(row.cells[0]), row.cells[1].text) for row in table.rows if len(row.cells) > 2 and not row.minor}
    assert len(rows) == len({(item["id"], item["space"]) for item in document["checks"]})


def test_a_class_has_its_own_row_in_the_summary_where_something_is_wrong(document):
    table = section(build_view(document), "summary").blocks[0]
    assert [row.cells[0].text for row in table.rows if row.minor and len(row.cells) > 1] == ["Class homogeneous"]


def test_checks_that_share_a_reason_share_a_line(document):
    bullets = texts(section(build_view(document), "attention").blocks[-1])
    assert "Not evaluated: separability.c2st, leakage.groups" in bullets


def test_the_worst_scope_gives_the_card_its_state(document):
    blocks = [block for block in section(build_view(document), "diversity").blocks if isinstance(block, CheckBlock)]
    assert [card.state for block in blocks for card in block.cards] == ["waived"]


def test_a_family_without_results_says_so(document):
    lead = texts(section(build_view(document), "utility").blocks)
    assert "Nothing of this family was evaluated" in lead
    assert "neither a pass nor a fail" in lead


def test_a_check_of_an_unknown_family_is_shown(document):
    document["checks"][0]["id"] = "third.party"
    document["methods"]["third.party"] = {**document["methods"]["frechet"], "family": "novel", "title": "Novelty"}
    view = build_view(document)
    assert "Novelty" in texts(section(view, "others"))
    assert "Novelty" in texts(section(view, "summary"))


def test_every_question_to_the_sponsor_is_printed_answered_or_not(document):
    view = build_view(document)
    shown = [
        answer
        for item in view.sections
        for block in item.blocks
        if isinstance(block, Declared)
        for answer in block.answers
    ]
    asked = [field for field in DECLARED_FIELDS if field.section != "document"]
    assert sorted(answer.title for answer in shown) == sorted(field.title for field in asked)
    assert [answer.text for answer in shown if answer.title == "Owner"] == ["Head of data science"]
    assert [answer.text for answer in shown if answer.title == "Triggers"] == [""]


def test_declarations_that_nobody_asked_for_are_printed_too(document):
    document["declarations"]["intended_use"]["site"] = "Ward 3"
    document["declarations"]["extra_section"] = {"field": "value"}
    shown = texts(build_view(document).sections[:3])
    assert "Ward 3" in shown
    assert "Extra section" in shown


def test_empty_declarations_are_all_missing(document):
    document["declarations"] = {}
    required = sum(field.required for field in DECLARED_FIELDS)
    assert f"{required} required declarations missing" in build_view(document).banner.sentence


def test_the_risk_table_leaves_every_judgement_blank(document):
    table = section(build_view(document), "risk").blocks[0]
    assert [row.cells[0].text for row in table.rows] == [f"R{number}" for number in range(1, 12)]
    assert all(cell.text == "" and not cell.parts for row in table.rows for cell in row.cells[4:])
    assert "memorization.close_fraction@radiomics: 21.0" in texts(table.rows[2].cells[3])
    assert "not provided" in texts(table.rows[8].cells[3])


def test_the_baseline_holds_what_is_judged_over_all_images(document):
    table = section(build_view(document), "reaudit").blocks[0]
    expected = [
        x["key"]
        for x in document["checks"]
        if x["scope"] == "all" and x["estimate"] is not None and x["level"] != "info"
    ]
    assert [row.cells[0].text for row in table.rows] == expected


@pytest.mark.parametrize(
    ("title", "change"),
    [
        ("No unseen real images.", lambda d: d["inputs"].update(holdout=copy.deepcopy(d["inputs"]["real"]))),
        ("Patients.", lambda d: [given.update(grouped=True) for given in d["inputs"].values()]),
        ("Labels.", None),
        ("Bit depth.", lambda d: d["inputs"]["real"].update(bit_depths="12 bit (600 images)")),
        ("Unreadable files.", lambda d: d["inputs"]["synthetic"].update(rejected=[])),
        ("Default limits.", lambda d: d["policy"].update(is_default=False)),
        ("Multiple tests.", lambda d: [item.update(p_value=None) for item in d["checks"]]),
        ("Sample size.", lambda d: [item.update(n_synthetic=5000) for item in d["checks"]]),
        ("Copies.", lambda d: d.update(checks=[x for x in d["checks"] if x["id"] != "memorization.duplicates"])),
        ("Scope.", None),
    ],
)
def test_a_limitation_is_printed_where_it_is_true(document, title, change):
    def printed():
        return title in dict(section(build_view(document), "limitations").blocks[0].items)

    assert printed()
    if change:
        change(document)
        assert not printed()


def test_notes_of_the_run_are_limitations(document):
    assert document["notes"][0] in texts(section(build_view(document), "limitations"))


def test_a_figure_that_cannot_be_drawn_is_named_and_stops_nothing(document):
    document["checks"][0]["details"]["figures"] = [{"kind": "pie", "title": "x"}, "nonsense"]
    shown = texts(section(build_view(document), "memorization"))
    assert "A figure of memorization.close_fraction@radiomics could not be drawn" in shown


def test_classes_are_set_side_by_side(document):
    titles = [figure.title for figure in build_view(document).figures]
    assert "Coverage by class" in titles
    assert "Class speckled: Effect by feature" in titles


def test_findings_come_gravest_first_with_their_evidence(document):
    first, second = build_view(document).findings
    assert (first.title, second.title) == ("Memorization", "Mode collapse")
    assert [cell.href for cell in first.evidence] == ["result-0", "result-5"]


def test_what_is_no_document_is_refused(document):
    with pytest.raises(InputError):
        build_view({})
    del document["inputs"]
    with pytest.raises(InputError, match="/inputs"):
        build_view(document)


def test_limits_that_differ_by_class_are_drawn_class_by_class(document):
    items = [item for item in document["checks"] if item["id"] == "coverage"]
    for place, item in enumerate(items):
        item["threshold"]["value"] = 0.8 + 0.01 * place
    (drawn,) = [figure for figure in build_view(document).figures if figure.title == "Coverage by class"]
    assert drawn.caption.endswith("Upright stroke: limit.")
    assert [trace["x"] for trace in drawn.live["data"] if trace["name"] == "limit"] == [[80.0, 81.0, 82.0]]
    assert "shapes" not in drawn.live["layout"] or not drawn.live["layout"]["shapes"]


def test_a_section_in_which_nothing_was_declared_is_told_in_one_line(document):
    shown = {
        block.title: block
        for item in build_view(document).sections
        for block in item.blocks
        if isinstance(block, Declared)
    }
    assert shown["Privacy"].blank
    assert not shown["Generator"].blank
    assert [answer.title for answer in shown["Privacy"].answers] == ["Audience", "Threat model", "Assessment"]
