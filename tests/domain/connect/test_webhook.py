"""The webhook that a GitLab is to have."""

from __future__ import annotations

import pytest
from tests.builders.gitlab_found import NEW, OLD, RECEIVER, SHORT, SIGNING, URL, hook

from courseline.domain.connect.found import FoundHook
from courseline.domain.connect.webhook import EVENTS, Proof, hook_url, lacking, ours, wanted_hook
from courseline.errors import Refused


@pytest.mark.parametrize("written", [RECEIVER, f"{RECEIVER}/", URL])
def test_the_address_is_the_receivers_with_where_it_listens(written: str) -> None:
    assert hook_url(written) == URL


@pytest.mark.parametrize(
    ("secrets", "version", "proof", "secret"),
    [
        (["token", SIGNING], NEW, Proof.SIGNATURE, SIGNING),
        (["token", SIGNING], OLD, Proof.TOKEN, "token"),
        (["token"], NEW, Proof.TOKEN, "token"),
        ([SHORT, SIGNING], NEW, Proof.SIGNATURE, SIGNING),
        ([SHORT, "token"], NEW, Proof.TOKEN, "token"),
    ],
)
def test_a_gitlab_that_can_sign_signs(
    secrets: list[str], version: tuple[int, int], proof: Proof, secret: str
) -> None:
    wanted = wanted_hook(RECEIVER, secrets, version)
    assert (wanted.proof, wanted.secret) == (proof, secret)


@pytest.mark.parametrize(
    ("secrets", "version", "words"),
    [
        ([], NEW, "COURSELINE_WEBHOOK_SECRETS is not set"),
        ([SIGNING], OLD, "GitLab 18.5 cannot sign yet"),
        ([SHORT], NEW, "is not `whsec_` and 32 bytes"),
    ],
)
def test_without_a_secret_that_fits_it_says_what_to_set(
    secrets: list[str], version: tuple[int, int], words: str
) -> None:
    with pytest.raises(Refused) as refused:
        wanted_hook(RECEIVER, secrets, version)
    assert words in refused.value.message
    assert "python3 -c" in refused.value.message


def test_the_secret_is_not_in_what_is_printed_of_a_hook() -> None:
    assert SIGNING not in repr(wanted_hook(RECEIVER, [SIGNING], NEW))


def test_a_hook_as_wanted_lacks_nothing() -> None:
    assert lacking(hook(), wanted_hook(RECEIVER, [SIGNING], NEW)) == ()


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (hook(events={**dict.fromkeys(EVENTS, True), "tag_push_events": False}), "without tag push"),
        (hook(every_branch=False), "only some branches"),
        (hook(verifies_tls=False), "certificate not verified"),
        (hook(has_signing=False), "no signing token"),
    ],
)
def test_what_a_hook_lacks_is_named(found: FoundHook, words: str) -> None:
    assert lacking(found, wanted_hook(RECEIVER, [SIGNING], NEW)) == (words,)


def test_what_an_older_gitlab_does_not_tell_counts_as_right() -> None:
    found = hook(events={"push_events": True}, has_signing=None, has_token=None)
    assert lacking(found, wanted_hook(RECEIVER, ["token"], OLD)) == ()


def test_over_plain_http_there_is_no_certificate_to_verify() -> None:
    wanted = wanted_hook("http://10.0.0.1:8000", ["token"], OLD)
    assert lacking(hook(url=wanted.url, verifies_tls=False, has_token=True), wanted) == ()


def test_ours_is_the_oldest_that_sends_to_our_receiver() -> None:
    elsewhere = hook(id=1, url="https://chat.example.org/hook")
    assert ours([hook(id=9), hook(id=7), elsewhere], URL) == hook(id=7)
    assert ours([elsewhere], URL) is None
