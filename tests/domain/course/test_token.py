import pytest

from courseline.domain.course.token import LiteralToken, TokenReference, parse_token


@pytest.mark.parametrize("text", ["${GITLAB_TOKEN}", " ${GITLAB_TOKEN} "])
def test_a_name_in_braces_is_a_reference(text):
    assert parse_token(text) == TokenReference("GITLAB_TOKEN")


@pytest.mark.parametrize("text", ["$GITLAB_TOKEN", "${my-token}", "${A", "x${A}", "${A}${B}", "${}"])
def test_what_looks_like_a_reference_and_is_none_is_no_token(text):
    assert parse_token(text) is None


def test_a_literal_never_shows_its_secret():
    token = parse_token("glpat-verysecret")
    assert isinstance(token, LiteralToken)
    assert token.secret == "glpat-verysecret"
    assert "verysecret" not in f"{token} {token!r} {[token]}"
