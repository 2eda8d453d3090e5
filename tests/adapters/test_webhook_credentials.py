"""Who may send events."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from tests.builders.gitlab_events import body_of, signed, tag_push, with_token
from werkzeug.datastructures import Headers

from courseline.adapters.webhook_credentials import Rejected, read_credentials
from courseline.errors import InvalidInput


def signing(word: str) -> str:
    """A signing secret as GitLab makes them: 32 bytes."""
    return "whsec_" + base64.b64encode(word.encode().ljust(32, b".")).decode()


OLD, NEW = signing("old"), signing("new")
BODY = body_of(tag_push())


def accepted(secrets: list[str], headers: dict[str, str], body: bytes = BODY) -> bool:
    try:
        read_credentials(secrets).verify(Headers(headers), body)
    except Rejected:
        return False
    return True


class TestSigned:
    def test_the_test_vector_of_gitlabs_construction(self) -> None:
        """Made by the documented construction with fixed values; too old to be accepted, so its time is checked last."""
        secret = "whsec_" + base64.b64encode(b"test" * 8).decode()
        headers = signed(b'{"object_kind":"tag_push"}', secret, "f5e5f430-f57b-4e6e-9fac-d9128cd7232f",
                         at=datetime.fromtimestamp(1700000000, UTC))  # fmt: skip
        assert headers["webhook-signature"] == "v1,i06tnZbkM5uqsdY30VOYchdWNuyX+JgXpVH5Hgk9stg="

    def test_either_of_two_live_secrets_signs(self) -> None:
        assert accepted([OLD, NEW], signed(BODY, OLD, "d1"))
        assert accepted([OLD, NEW], signed(BODY, NEW, "d1"))
        assert not accepted([NEW], signed(BODY, OLD, "d1"))

    def test_one_of_several_signatures_is_enough(self) -> None:
        headers = signed(BODY, NEW, "d1")
        headers["webhook-signature"] = (
            f"v1,{base64.b64encode(b'x' * 32).decode()} {headers['webhook-signature']}"
        )
        assert accepted([NEW], headers)

    def test_header_names_come_in_any_case(self) -> None:
        headers = {name.title(): value for name, value in signed(BODY, NEW, "d1").items()}
        assert accepted([NEW], headers)

    @pytest.mark.parametrize("minutes", [-6, 6])
    def test_a_delivery_that_is_too_old_or_from_the_future_is_rejected(self, minutes: int) -> None:
        at = datetime.now(UTC) + timedelta(minutes=minutes)
        assert not accepted([NEW], signed(BODY, NEW, "d1", at=at))

    def test_another_body_id_or_time_is_rejected(self) -> None:
        headers = signed(BODY, NEW, "d1")
        assert not accepted([NEW], headers, BODY + b" ")
        assert not accepted([NEW], {**headers, "webhook-id": "d2"})
        assert not accepted(
            [NEW], {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}
        )

    @pytest.mark.parametrize(
        "signature", ["v1", "v1,", "v1,%%%", "v2,AAAA", ",", "v1,a,b", "nonsense", "v1,é", " "]
    )
    def test_a_malformed_signature_is_rejected(self, signature: str) -> None:
        assert not accepted([NEW], {**signed(BODY, NEW, "d1"), "webhook-signature": signature})

    @pytest.mark.parametrize("moment", ["", "soon", "nan", "inf", "1e400", "-1", "9" * 30])
    def test_a_malformed_time_is_rejected(self, moment: str) -> None:
        assert not accepted([NEW], {**signed(BODY, NEW, "d1"), "webhook-timestamp": moment})

    def test_a_body_that_is_no_text_is_rejected(self) -> None:
        assert not accepted([NEW], signed(BODY, NEW, "d1"), b"\xff\xfe")


class TestToken:
    def test_either_of_two_live_tokens(self) -> None:
        assert accepted(["first", "second"], with_token("second", "d1"))
        assert not accepted(["first"], with_token("second", "d1"))

    @pytest.mark.parametrize("given", ["", "firs", "first ", "FIRST", "é", "\udcff"])
    def test_only_the_very_token_counts(self, given: str) -> None:
        assert not accepted(["first"], {"X-Gitlab-Token": given})

    def test_no_token_at_all_is_rejected(self) -> None:
        assert not accepted(["first"], {})


class TestNoDowngrade:
    def test_a_wrong_signature_is_not_made_good_by_a_right_token(self) -> None:
        headers = {**signed(BODY, OLD, "d1"), **with_token("token", "d1")}
        assert not accepted([NEW, "token"], headers)

    def test_a_token_does_not_count_where_only_signing_secrets_are_known(self) -> None:
        assert not accepted([NEW], with_token("token", "d1"))

    def test_a_signing_secret_is_no_token(self) -> None:
        assert not accepted([NEW], with_token(NEW, "d1"))
        assert not accepted([NEW, "token"], with_token(NEW, "d1"))


def test_without_a_secret_there_is_no_receiver() -> None:
    with pytest.raises(InvalidInput, match="no webhook secret") as caught:
        read_credentials([])
    assert "COURSELINE_WEBHOOK_SECRETS" in caught.value.problems[0].sentence


@pytest.mark.parametrize("secret", ["whsec_", "whsec_é"])
def test_a_malformed_signing_secret_is_named_by_its_place_and_never_printed(secret: str) -> None:
    with pytest.raises(InvalidInput, match="malformed") as caught:
        read_credentials(["fine", secret])
    assert "Entry 2" in caught.value.problems[0].message
    assert secret not in caught.value.problems[0].message or secret == "whsec_"


def test_secrets_are_in_no_representation() -> None:
    assert "sesame" not in repr(read_credentials(["sesame", NEW]))
