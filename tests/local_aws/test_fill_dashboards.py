"""An account has one dashboard of a name, whatever the region."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from local_aws.testing import LocalAws

pytestmark = pytest.mark.local
BODY = json.dumps({"widgets": []})


def test_a_dashboard_put_in_one_region_is_read_listed_and_deleted_in_the_other(aws: LocalAws) -> None:
    east, west = (aws.client("cloudwatch", region) for region in aws.settings.regions)
    east.put_dashboard(DashboardName="shop-global", DashboardBody=BODY)
    found = west.get_dashboard(DashboardName="shop-global")
    assert found["DashboardBody"] == BODY
    assert found["DashboardArn"].split(":")[3] == ""
    listed = west.list_dashboards(DashboardNamePrefix="shop-")["DashboardEntries"]
    assert [entry["DashboardName"] for entry in listed] == ["shop-global"]
    west.delete_dashboards(DashboardNames=["shop-global"])
    with pytest.raises(ClientError, match="does not exist"):
        east.get_dashboard(DashboardName="shop-global")
