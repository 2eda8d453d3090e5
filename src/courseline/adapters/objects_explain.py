"""What an S3 server or the way to it did, as a sentence that says what to do; imported with the client."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import ParseError

from minio.error import MinioException, S3Error
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from courseline.adapters.objects_client import TransferTorn
from courseline.adapters.objects_url import SETTING, S3Location
from courseline.domain.paths import printable

FAULTS = (MinioException, HTTPError, OSError, ValueError, ParseError, TransferTorn)
"""Every way in which client, connection or server end a request."""

_LONGEST_QUOTE = 300

_ACCESS = "The server does not know the access key. Correct COURSELINE_S3_ACCESS_KEY."
_SECRET = "The secret key does not belong to the access key. Correct COURSELINE_S3_SECRET_KEY."  # noqa: S105 - names it
_CLOCK = "The clocks of this machine and of the server differ too much for a signature to be valid. Set this machine's clock (NTP)."
_FULL = "The server has no space left, or the user's quota is used up. Make room, then run the same command again."
_BUSY = "The server was asked several times and stays overloaded. Run the same command again later."

_REMEDIES = {
    "InvalidAccessKeyId": _ACCESS,
    "InvalidAccessKey": _ACCESS,
    "SignatureDoesNotMatch": _SECRET,
    "RequestTimeTooSkewed": _CLOCK,
    "RequestExpired": _CLOCK,
    "QuotaExceeded": _FULL,
    "EntityTooLarge": "The server takes no object of that size. Raise its limit, or make the file smaller.",
    "XMinioStorageFull": _FULL,
    "SlowDown": _BUSY,
    "ServiceUnavailable": _BUSY,
    "AccessDenied": (
        "The user of COURSELINE_S3_ACCESS_KEY may not do this. Allow it s3:ListBucket on the bucket, and s3:GetObject,"
        " s3:PutObject and s3:DeleteObject on what is in it."
    ),
    "AuthorizationHeaderMalformed": f"The bucket is in another region. Correct `region=` in {SETTING}.",
    "PermanentRedirect": f"The bucket is in another region or at another address. Correct `region=` and `endpoint=` in {SETTING}.",
    "Redirect": f"The bucket is at another address. Correct `endpoint=` in {SETTING}.",
}

_READING = (
    "The user of COURSELINE_S3_ACCESS_KEY may not do this. Allow it s3:ListBucket on the bucket, and s3:GetObject on what"
    " is in it."
)
"""In place of what is said of AccessDenied, for buckets that are only read."""

_SILENT = f"Nobody answers there. Check that the server runs, and `endpoint=` in {SETTING}."
_CONNECTIONS: tuple[tuple[type[Exception], str], ...] = (
    (
        SSLError,
        "Its certificate is not trusted. Install the certificate of its authority, or name it in SSL_CERT_FILE.",
    ),
    (NameResolutionError, f"Its name is unknown. Correct `endpoint=` in {SETTING}."),
    (NewConnectionError, _SILENT),
    (ConnectTimeoutError, _SILENT),
    (ReadTimeoutError, "It took the request and fell silent. Run the same command again later."),
    (
        ProtocolError,
        "The connection broke off, again and again. Check the server's log for this object, then run the same command again.",
    ),
)


def absent_bucket(location: S3Location) -> str:
    """What to say when the bucket is missing and not ours to make."""
    return f"The bucket {location.bucket} does not exist there. Make it, or correct {SETTING}."


def explain(problem: Exception, location: S3Location, secrets: Iterable[str]) -> str:
    """What was found and what to do next.

    Args:
        problem: one of `FAULTS`.
        location: of the store, or of a bucket of examples, whose address and keys stand elsewhere.
        secrets: never shown, whoever quotes them.
    """
    remedy, said = _found(problem, location, secrets)
    if location.written_in != SETTING:
        remedy = _READING if remedy == _REMEDIES["AccessDenied"] else remedy
        remedy = remedy.replace(SETTING, location.written_in)
        for setting in ("COURSELINE_S3_ACCESS_KEY", "COURSELINE_S3_SECRET_KEY"):
            remedy = remedy.replace(setting, f"{setting} (or of `courseline repositories add`)")
    return f"{remedy} It said {said}" if said else remedy


def _found(problem: Exception, location: S3Location, secrets: Iterable[str]) -> tuple[str, str]:
    """A sentence of ours, and words of the server's."""
    if isinstance(problem, S3Error):
        code = problem.code or "an error without a code"
        if code == "NoSuchBucket":
            return absent_bucket(location), ""
        remedy = _REMEDIES.get(code, "Check the server and its credentials, or run the same command again.")
        said = _quoted(f"{code}: {problem.message}" if problem.message else code, secrets)
        return remedy, said
    reason = problem.reason if isinstance(problem, MaxRetryError) and problem.reason else problem
    for kind, sentence in _CONNECTIONS:
        if isinstance(reason, kind):
            return sentence, ""
    if isinstance(reason, MinioException):
        remedy = (
            f"What answers there is no S3 server, or a proxy in front of one. Check `endpoint=` in {SETTING}."
        )
        return remedy, _quoted(str(reason), secrets)
    return f"{_quoted(str(reason), secrets)} Check the server, or run the same command again.", ""


def _quoted(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "***") if secret else text
    safe = printable(" ".join(text.split()).rstrip("."))
    return f"{safe[:_LONGEST_QUOTE]}{'...' if len(safe) > _LONGEST_QUOTE else '.'}"
