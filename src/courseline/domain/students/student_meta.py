"""Rule 4: the meta.yaml that students get."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from courseline.domain.library.meta import Meta

TOP_FIELDS = (
    "identifier",
    "slug",
    "version",
    "title",
    "description",
    "language",
    "license",
    "links",
    "keywords",
)
BACKEND_FIELDS = ("slug", "version")
LIMITS = ("maxTestRuns", "maxSubmissions", "maxGroupSize")


def student_meta(
    meta: Meta, properties: Mapping[str, object], empty_directories: Collection[str] = ()
) -> dict[str, object]:
    """The reduced meta.yaml as plain data, in the order it is written in.

    Args:
        meta: the place's meta.yaml.
        properties: the course's values, which win; only those named here count.
        empty_directories: listed directories of which students get nothing; they are left out.

    Returns:
        Only the fields students may see, as they are written, and of these only those that say something.
    """
    reduced: dict[str, object] = {key: meta.data[key] for key in TOP_FIELDS if _says(meta.data.get(key))}
    inner = meta.data.get("properties")
    own: Mapping[str, object] = inner if isinstance(inner, Mapping) else {}
    backend = (
        properties.get("executionBackend") or own.get("executionBackend") or own.get("executionBackendSlug")
    )
    kept: dict[str, object] = {
        "studentSubmissionFiles": [listed.path for listed in meta.student_submission_files],
        "additionalFiles": [
            f"{listed.path}/" if listed.is_directory else listed.path
            for listed in meta.additional_files
            if not (listed.is_directory and listed.path in empty_directories)
        ],
        # Settings of a backend can name images, tests or expected results.
        "executionBackend": (
            {key: backend[key] for key in BACKEND_FIELDS if _says(backend.get(key))}
            if isinstance(backend, Mapping)
            else backend
        ),
        **{key: own.get(key) if properties.get(key) is None else properties[key] for key in LIMITS},
    }
    kept = {key: value for key, value in kept.items() if _says(value)}
    return {**reduced, "properties": kept} if kept else reduced


def _says(value: object) -> bool:
    return value is not None and value not in ([], {}, "")
