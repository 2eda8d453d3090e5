"""The first publication of many examples to an S3 server, against two other ways to bring the same files there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from bench.measure import ENVIRONMENT, Run, run, timed
from bench.place import ROOT, place
from bench.table import Row, against, missing
from bench.workloads import commit, examples

AHEAD = 1.0


def measure(size: int) -> Iterator[Row]:
    """Rows against rclone and against one put after the other; said so when a program is missing."""
    what = f"first publication of {size:,} examples to S3"
    lacking = _lacking()
    if lacking:
        yield missing(what, AHEAD, f"needs {lacking}")
        return
    from tests.builders.radosgw import ACCESS_KEY, SECRET_KEY, serve_radosgw  # noqa: PLC0415 - starts no server yet

    with serve_radosgw() as server:
        settings = {
            "COURSELINE_OBJECT_STORE": f"s3://ours?endpoint={server.endpoint}&region=default",
            "COURSELINE_S3_ACCESS_KEY": ACCESS_KEY,
            "COURSELINE_S3_SECRET_KEY": SECRET_KEY,
        }
        with place(settings) as here:
            files = examples(range(size), 0)
            directory = here.root / "files"
            for path, data in files.items():
                target = directory / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
            commit(here.examples, files, "v1.0")
            ours = here.sync("v1.0")
            rclone = _rclone(server.endpoint, ACCESS_KEY, SECRET_KEY, directory)
            puts = _puts(server.endpoint, ACCESS_KEY, SECRET_KEY, files)
    yield against(what, ours.seconds, rclone.seconds, AHEAD, "rclone sync --checksum", ours.peak)
    yield against(what, ours.seconds, puts.seconds, AHEAD, "minio, one put after the other")


def _lacking() -> str:
    programs = ("radosgw", "ceph-mon", "ceph-osd")
    absent = [name for name in programs if shutil.which(name) is None]
    rclone = (ROOT / ".tools" / "rclone").exists() or shutil.which("rclone") is not None
    return ", ".join(absent + ([] if rclone else ["rclone"]))


def _rclone(endpoint: str, access_key: str, secret_key: str, directory: Path) -> Run:
    here = ROOT / ".tools" / "rclone"
    settings = {
        "RCLONE_CONFIG_S_TYPE": "s3",
        "RCLONE_CONFIG_S_PROVIDER": "Ceph",
        "RCLONE_CONFIG_S_ENDPOINT": endpoint,
        "RCLONE_CONFIG_S_ACCESS_KEY_ID": access_key,
        "RCLONE_CONFIG_S_SECRET_ACCESS_KEY": secret_key,
        "RCLONE_CONFIG_S_REGION": "default",
    }
    program = here if here.exists() else Path("rclone")
    argv: list[str | Path] = [program, "sync", "--checksum", "--config", os.devnull, directory, "s:peer"]
    return run(argv, settings={**ENVIRONMENT, **settings})


def _puts(endpoint: str, access_key: str, secret_key: str, files: dict[str, bytes]) -> Run:
    from io import BytesIO  # noqa: PLC0415 - with its library

    from minio import Minio  # noqa: PLC0415 - 300 ms that the other rows do not need

    client = Minio(
        endpoint.removeprefix("http://"),
        access_key=access_key,
        secret_key=secret_key,
        secure=False,
        region="default",
    )

    def puts() -> None:
        client.make_bucket("puts")
        for path, data in files.items():
            client.put_object("puts", path, BytesIO(data), len(data))

    return timed(puts)
