"""No file name, path or patient id of the input may reach a file that is meant for sharing."""

from __future__ import annotations

import pytest
import report_documents

from gan_audit.errors import GanAuditError, UsageError
from gan_audit.report.document.canonical import dumps
from gan_audit.report.html import render_html
from gan_audit.report.junit import render_junit
from gan_audit.report.lint import refuse_leaks
from gan_audit.report.markdown import render_markdown


def files(document):
    return {
        "audit.json": dumps(document),
        "report.html": render_html(document),
        "junit.xml": render_junit(document),
        "summary.md": render_markdown(document),
    }


@pytest.fixture(scope="module")
def rendered():
    return files(report_documents.document())


def refused(document, *secrets, made=None):
    with pytest.raises(GanAuditError) as caught:
        refuse_leaks(document, made or {}, secrets)
    assert not any(secret in str(caught.value) for secret in secrets), "the message itself must not tell"
    return caught.value


def test_an_audit_without_secrets_passes(document, rendered):
    refuse_leaks(document, rendered, ["patient_0012", "/home/user/scans/IM-0001.dcm", "Johnson^Mary"])


@pytest.mark.parametrize(
    ("secret", "leak"),
    [
        ("patient_0012", "See patient_0012."),
        ("scans/IM-0001.dcm", "IM-0001.dcm is broken"),
        ("scans/IM-0001.nii.gz", "(IM-0001)"),
        ("scans/IM-0001.dcm", "in scans/IM-0001.dcm:"),
        ("/home/user/scans", "Read /home/user/scans/other."),
        ("C:\\scans\\IM-0001.dcm", "IM-0001"),
        ("Mustermann", "Mustermann"),
        ("Müller Änne", "Mu\u0308ller Änne"),
        ("123456", "group 123456 is small"),
    ],
)
def test_a_secret_in_a_sentence_is_refused(document, secret, leak):
    document["checks"][3]["message"] = leak
    error = refused(document, secret)
    assert "/checks/3/message would hold" in str(error)
    assert error.exit_code == 5


def test_a_secret_in_a_key_or_a_table_is_refused(document):
    document["checks"][0]["details"]["per_group"] = {"patient_0012": 0.3}
    error = refused(document, "patient_0012")
    assert "/checks/0/details/per_group would hold" in str(error)
    del document["checks"][0]["details"]["per_group"]
    document["checks"][0]["details"]["tables"][0]["rows"][1][1] = "patient_0012"
    assert "/checks/0/details/tables/0/rows/1/1" in str(refused(document, "patient_0012"))


def test_a_secret_in_the_sponsors_own_words_is_theirs_to_remove(document):
    document["declarations"]["generator"]["training"] = "On /home/user/scans."
    error = refused(document, "/home/user/scans")
    assert isinstance(error, UsageError)
    assert "Remove it from the declarations" in str(error)


@pytest.mark.parametrize("name", ["report.html", "junit.xml", "summary.md"])
def test_a_secret_that_only_a_renderer_would_add_is_refused(document, rendered, name):
    made = dict(rendered)
    made[name] += "<p>patient_0012</p>"
    assert str(refused(document, "patient_0012", made=made)).startswith(name)


def test_a_secret_hides_behind_no_escape(document, rendered):
    for name, written in {
        "report.html": "a&amp;b &lt;12&gt;",
        "junit.xml": "a&amp;b &lt;12&gt;",
        "summary.md": "a&amp;b &lt;12&gt;",
    }.items():
        assert refused(document, "a&b <12>", made={**rendered, name: f"<x>{written}</x>"})


@pytest.mark.parametrize(
    "harmless",
    [
        "1",
        "a.png",
        "left",
        "coverage.png",
        "Memorization",
        "homogeneous",
        "rim-enhancing/x.png",
        "sha256",
        "radiomics",
        "numpy.npy",
    ],
)
def test_what_must_stand_there_is_no_secret(document, rendered, harmless):
    refuse_leaks(document, rendered, [harmless])


def test_a_secret_is_a_whole_token(document):
    document["checks"][3]["message"] = "patient_00123 and xpatient_0012"
    refuse_leaks(document, {}, ["patient_0012"])


def test_numbers_on_the_page_are_no_ids(document):
    document["seed"] = 123456
    refuse_leaks(document, files(document), ["123456.png", "000100"])


def test_a_name_passed_as_public_is_no_secret(document):
    document["checks"][3]["message"] = "original_glcm_Contrast2"
    refuse_leaks(
        document, {}, ["original_glcm_Contrast2.png"], public=["original_glcm_Contrast2", "original_glcm_Contrast2.png"]
    )


def test_many_names_are_searched_in_one_pass(document, rendered):
    refuse_leaks(document, rendered, [f"patient_{i:05d}/slice-{k}.dcm" for i in range(2000) for k in range(10)])
