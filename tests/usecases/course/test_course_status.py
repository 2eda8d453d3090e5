from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from tests.builders.rows import label

from courseline.domain.deploying.deployment import Deployment, DeploymentStatus
from courseline.domain.library.version import LabelledVersion
from courseline.usecases.course.course_status import update_for

HERE, OTHER = uuid4(), uuid4()


def names(text: str, version: UUID) -> LabelledVersion:
    return LabelledVersion(label(text), version, "0" * 40, "hello")


def place(deployed: str | None = "v1.0") -> Deployment:
    return Deployment(uuid4(), DeploymentStatus.DEPLOYED, deployed_version_id=HERE, label=deployed)


@pytest.mark.parametrize(
    ("labels", "update"),
    [
        ([names("v1.0", HERE)], None),
        ([names("v1.0", HERE), names("v1.1", OTHER), names("v1.2", OTHER)], "v1.2"),
        ([names("v1.0", HERE), names("v1.1", HERE)], None),
        ([names("v1.0", HERE), names("v2.0-rc1", OTHER)], None),
        ([names("v1.0", HERE), names("v0.9", OTHER)], None),
        ([names("v1.0", HERE), replace(names("v1.1", OTHER), withdrawn=True)], None),
        ([names("v1.0", HERE), names("v1.1", OTHER), names("v1.2", HERE)], None),
    ],
)
def test_an_update_is_a_higher_standing_release_of_other_content(
    labels: list[LabelledVersion], update: str | None
):
    assert update_for(place(), labels) == update


def test_what_has_no_label_any_more_is_compared_by_the_recorded_one():
    assert update_for(place("v1.0"), [names("v1.1", OTHER), names("v0.9", OTHER)]) == "v1.1"
    assert update_for(place("v1.2"), [names("v1.1", OTHER)]) is None
