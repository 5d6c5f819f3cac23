"""The delivery drill looks at states and releases as their buckets hold them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws
from tests.unit.techmoda_ha import drill_kit

from techmoda_ha.drills.delivery.states import States
from techmoda_ha.environments import Environment

BUCKET = "shop-state"


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = drill_kit.clients("s3", drill_kit.DR)
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": drill_kit.DR})
        client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield client


def states() -> States:
    settings = {"bucket": BUCKET, "key": "dr.tfstate", "region": drill_kit.DR, "use_lockfile": True}
    return States(drill_kit.clients, {Environment.DR: settings}, {Environment.DR: drill_kit.DR})


def test_before_the_first_release_there_is_no_version_of_it(s3: Any) -> None:
    assert states().release(Environment.DR) == ""


def test_a_release_has_the_version_of_its_record(s3: Any) -> None:
    put = s3.put_object(Bucket=BUCKET, Key="releases/dr.json", Body=b"{}")
    assert states().release(Environment.DR) == put["VersionId"]
