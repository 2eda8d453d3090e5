"""Secrets are put together here, so that this file holds none."""

import random
import string

import pytest

from courseline.domain.students.gate.secrets import secret_in

LETTERS = "".join(random.Random(11).sample(string.ascii_letters + string.digits, 62))
BODY = "\n".join(["MIIEpAIBAAKCAQEA" + LETTERS[:48]] * 3)
SECRETS = {
    "an RSA key": f"-----BEGIN RSA {'PRIVATE'} KEY-----\n{BODY}\n",
    "an encrypted key": f"-----BEGIN RSA {'PRIVATE'} KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES,00\n\n{BODY}\n",
    "an OpenSSH key": f"-----BEGIN OPENSSH {'PRIVATE'} KEY-----\r\n{BODY}\r\n",
    "a PGP key": f"-----BEGIN PGP {'PRIVATE'} KEY BLOCK-----\n\n{BODY}\n",
    "a key in JSON": '{"key": "-----BEGIN ' + "PRIVATE" + f" KEY-----\\n{LETTERS}" + '"}',
    "a GitLab token": f"token = '{'gl' + 'pat'}-{LETTERS[10:30]}'",
    "a GitLab runner token": f"{'gl' + 'rt'}-{LETTERS[5:27]}",
    "a GitHub token": f"{'gh' + 'p'}_{LETTERS[20:56]}",
    "a new GitHub token": f"{'github' + '_pat'}_{LETTERS}{LETTERS[:22]}",
    "an AWS key": f"{'AK' + 'IA'}Z7QK3MPL2VNXW5TB",
    "an AWS secret": f"{'aws_secret'}_access_key = {LETTERS[9:49]}",
    "an AWS secret in the environment": f"{'AWS_SECRET'}_ACCESS_KEY={LETTERS[9:49]}",
    "a Slack token": f"{'xo' + 'xb'}-9876543210-{LETTERS[:20]}",
    "a Google key": f"{'AI' + 'za'}{LETTERS[15:50]}",
    "a password in an address": "clone https://ada:" + "k3Lm9Qz7" + "@gitlab.uni-graz.at/x.git",
    "a database with a password": "postgresql://course:" + "Zt6-rWq8" + "@db.uni-graz.at/course",
}
HONEST = [
    "-----BEGIN RSA PRIVATE KEY----- is how such a file begins.",
    "-----BEGIN PUBLIC KEY-----\n" + BODY,
    "Put your glpat-" + "x" * 20 + " here",
    "AKIA" + "IOSFODNN7EXAMPLE",
    "postgres://postgres:postgres@localhost:5432/db",
    "https://user:password@example.com/",
    "https://user:${TOKEN}@gitlab.com/x.git",
    "https://oauth2:" + "$CI_JOB_TOKEN@gitlab.com/x.git",
    "https://<user>:<password>@gitlab.com",
    "see https://docs.python.org/3/library/re.html:12 and mail ada@uni-graz.at",
    "http://127.0.0.1:8080/@ada",
    "mongodb://db:hunter22@localhost/",
    "ghp_short",
    "",
]


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_found_with_its_line(name):
    line, words = secret_in(f"first\nsecond\n{SECRETS[name]}\n".encode())

    assert line == 3
    assert words


@pytest.mark.parametrize("text", HONEST)
def test_what_teaches_about_secrets_is_none(text):
    assert secret_in(text.encode()) is None
