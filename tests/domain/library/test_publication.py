from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from courseline.domain.library.label import Label
from courseline.domain.library.publication import PublicationStatus, decide, parse_release_tag
from courseline.domain.library.version import LabelledVersion

OLD, NEW = uuid4(), uuid4()


def label(text: str) -> Label:
    parsed = Label.parse(text)
    assert parsed is not None
    return parsed


def known(text: str, version: UUID = OLD, *, withdrawn: bool = False) -> LabelledVersion:
    return LabelledVersion(label(text), version, "0" * 40, "hello", withdrawn)


@pytest.mark.parametrize(
    ("tag", "shown", "scope"),
    [
        ("v1.0", "v1.0", None),
        ("1", "1", None),
        ("v1.2.3-rc.1", "v1.2.3-rc.1", None),
        ("hello-world/v1.2", "v1.2", "hello-world"),
        ("unit1/deep/hello/v1.0", "v1.0", "unit1/deep/hello"),
        ("org.example.hello/2.0", "2.0", "org.example.hello"),
    ],
)
def test_a_release_tag_is_a_label_behind_an_optional_scope(tag: str, shown: str, scope: str | None) -> None:
    release = parse_release_tag(tag)
    assert release is not None
    assert (release.label.shown, release.scope) == (shown, scope)


@pytest.mark.parametrize(
    "tag",
    ["", "draft", "v1.x", "v01", "1.2.3.4", "v1.0/", "/v1.0", "hello/draft", "v1.0+build", "v1.0\n", " v1.0"],
)
def test_any_other_tag_is_no_release(tag: str) -> None:
    assert parse_release_tag(tag) is None


def test_new_content_under_a_new_label_is_published() -> None:
    assert decide(label("v1.1"), NEW, [known("v1.0")]).status is PublicationStatus.PUBLISHED


def test_known_content_under_a_new_label_is_labelled() -> None:
    assert decide(label("v1.1"), OLD, [known("v1.0")]).status is PublicationStatus.LABELLED


def test_the_same_label_on_the_same_content_is_unchanged_however_it_is_written() -> None:
    for text in ("v1.0", "1", "1.0.0"):
        assert decide(label(text), OLD, [known("v1.0")]).status is PublicationStatus.UNCHANGED


def test_the_same_label_on_other_content_is_refused() -> None:
    decision = decide(label("v1"), NEW, [known("v1.0"), known("v2.0", NEW)])
    assert decision.status is PublicationStatus.REFUSED
    assert "versions never change" in decision.refusal


def test_a_label_below_the_highest_is_published_with_a_warning_that_names_both() -> None:
    decision = decide(label("v1.5"), NEW, [known("v1.0"), known("v2.0")])
    assert decision.status is PublicationStatus.PUBLISHED
    assert "v1.5" in decision.warning
    assert "v2.0" in decision.warning


def test_a_pre_release_is_below_its_release() -> None:
    assert decide(label("v2.0-rc1"), NEW, [known("v2.0")]).warning
    assert not decide(label("v2.0"), NEW, [known("v2.0-rc1")]).warning


def test_the_first_label_of_an_example_needs_no_comparison() -> None:
    decision = decide(label("v0.1"), NEW, [])
    assert (decision.status, decision.refusal, decision.warning) == (PublicationStatus.PUBLISHED, "", "")


def test_a_withdrawn_label_still_belongs_to_its_content() -> None:
    assert decide(label("v1.0"), NEW, [known("v1.0", withdrawn=True)]).status is PublicationStatus.REFUSED
