"""Addresses of a bucket's objects for others: signed, for one object and one method, good for a few minutes.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html. Nothing is sent to make one.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from courseline.adapters.objects_url import S3Location
from courseline.domain.library.objects import checked_key

if TYPE_CHECKING:
    from minio import Minio

GOOD_FOR = timedelta(minutes=5)


class S3Links:
    """Implements `usecases.object_store.ObjectLinks`.

    Args:
        location: see `objects_url`; the addresses are below its public endpoint.
        access_key: of the bucket's user.
        secret_key: belongs to it; signs, and is in no address.
    """

    def __init__(self, location: S3Location, access_key: str, secret_key: str) -> None:
        self._location = location
        self._access_key = access_key
        self._secret_key = secret_key

    def upload(self, key: str) -> str:
        """See `usecases.object_store.ObjectLinks`."""
        return self._client.presigned_put_object(self._location.bucket, self._name(key), expires=GOOD_FOR)

    def download(self, key: str) -> str:
        """See `usecases.object_store.ObjectLinks`."""
        return self._client.presigned_get_object(self._location.bucket, self._name(key), expires=GOOD_FOR)

    def _name(self, key: str) -> str:
        return checked_key(self._location.prefix + key)

    @cached_property
    def _client(self) -> Minio:
        from minio import Minio  # noqa: PLC0415 - 300 ms not every command needs

        public = urlsplit(self._location.public_endpoint)
        return Minio(
            public.netloc,
            access_key=self._access_key,
            secret_key=self._secret_key,
            secure=public.scheme == "https",
            region=self._location.region,  # so that nobody is asked for it
        )
