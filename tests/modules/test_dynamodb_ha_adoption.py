"""The seed's plain table comes into modules/dynamodb-ha with its data, by `moved` or by `import` blocks."""

from __future__ import annotations

import pytest
from tests.modules.root_module import ROOT, RootModule
from tests.modules.tables import HOME, INDEX_SCALED, ITEM, REPLICA, TABLE_SCALED, capacity, describe, scaled

from local_aws.testing import LocalAws

pytestmark = [pytest.mark.local, pytest.mark.slow]

EXAMPLES = ROOT / "modules" / "dynamodb-ha" / "examples"
TABLE = "plain-products"


@pytest.mark.parametrize("way", ["move", "import"])
def test_an_adopted_table_keeps_its_data_and_gains_index_and_replica(aws: LocalAws, way: str) -> None:
    state = aws.terraform_state / f"{way}.tfstate"
    RootModule(EXAMPLES / "plain-table", state, aws).init().apply()
    aws.client("dynamodb", HOME).put_item(TableName=TABLE, Item=ITEM)
    plain = describe(aws, TABLE)

    if way == "import":
        state = aws.terraform_state / "imported.tfstate"
    adopted = RootModule(EXAMPLES / f"adopt-by-{way}", state, aws).init()
    adopted.apply(deletion_protection=False)
    table = describe(aws, TABLE)
    assert table["TableId"] == plain["TableId"]
    assert "by-category" in capacity(table)
    assert scaled(aws, TABLE, HOME) == TABLE_SCALED | INDEX_SCALED
    replicated = aws.client("dynamodb", REPLICA).get_item(TableName=TABLE, Key={"id": ITEM["id"]})
    assert replicated["Item"] == ITEM
    assert adopted.is_unchanged(deletion_protection=False)
    adopted.destroy(deletion_protection=False)
