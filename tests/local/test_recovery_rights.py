"""The policy that `ha recover policy` prints suffices for all that recovery does, and each part is needed."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local.conftest import Ha
from tests.local.recovery_shop import PRIMARY, PRODUCTS, RECEIPTS, Customer, Shop, opened

from local_aws.testing import eventually
from techmoda_ha.errors import HaError
from techmoda_ha.recovery.erasures import ErasureLog
from techmoda_ha.recovery.policy import policy
from techmoda_ha.recovery.restoring import Restoration
from techmoda_ha.recovery.service import Comparison, Recovery
from techmoda_recovery.core.rules import Expression, Rules

pytestmark = [pytest.mark.local, pytest.mark.slow]

ACCOUNT = "1" * 12
WHOLE: dict[str, Any] = policy(
    PRIMARY, ACCOUNT, PRODUCTS, RECEIPTS
)  # Any table can play the log of erasures.
USED = [one["Sid"] for one in WHOLE["Statement"] if one["Sid"] not in {"FillTheRestored", "UseTheTablesKey"}]


@pytest.fixture(scope="module")
def shop(ha: Ha, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with opened(ha.aws, tmp_path_factory.mktemp("rights")) as shop:
        yield shop


@dataclass(frozen=True)
class Operator:
    """A user with these rights alone, and what recovery does as that user."""

    shop: Shop
    keys: tuple[str, str]
    product: str
    since: int

    def works(self) -> None:
        """Rewind a deletion, take that back, and compare with a restored table."""
        clients = partial(self._client)
        log = ErasureLog(clients("dynamodb", PRIMARY), RECEIPTS)
        recovery = Recovery(clients, PRIMARY, PRODUCTS, log, self.shop.folder / uuid.uuid4().hex)
        rules = Rules(undo=(Expression("event == 'REMOVE'"),), only_keys=frozenset({self.product}))
        ((_, progress),) = recovery.rewind(self.since, rules, "rights")
        assert progress.outcomes == {"repaired": 1}
        name = f"{PRODUCTS}-as-of-{uuid.uuid4().hex[:8]}"
        restored = Restoration(clients("dynamodb", PRIMARY)).restore(PRODUCTS, self.since, name)
        recovery.reconcile(Comparison(restored, replace(rules, undo=()), "rights"))
        recovery.plan_reconcile(Comparison(restored, rules, "rights"), keys=[{"id": {"S": self.product}}])
        restored.client.delete_table(TableName=name)

    def _client(self, service: str, region: str) -> Any:
        return self.shop.aws.client(service, region, keys=self.keys)


@pytest.fixture
def operator(shop: Shop, request: pytest.FixtureRequest) -> Iterator[Operator]:
    """Return a user without the statement that the test names, and a product that was just deleted."""
    statements = [one for one in WHOLE["Statement"] if one["Sid"] != getattr(request, "param", None)]
    iam, user = shop.clients("iam", PRIMARY), f"recovery-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=user)
    document = json.dumps({**WHOLE, "Statement": statements})
    iam.put_user_policy(UserName=user, PolicyName="recovery", PolicyDocument=document)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    body = {"name": "Scarf", "category": "scarves", "price": "9.90", "currency": "EUR", "stock": 1}
    product = Customer(shop.table, set()).request("POST", "/products", body).json()["id"]
    since = int(time.time()) + 1
    # The latest moment that can be restored lies a second behind.
    assert eventually(lambda: time.time() > since)
    shop.table.delete_item(TableName=PRODUCTS, Key={"id": {"S": product}})
    assert eventually(lambda: time.time() > since + 1.5)
    try:
        yield Operator(shop, (key["AccessKeyId"], key["SecretAccessKey"]), product, since)
    finally:
        iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
        iam.delete_user_policy(UserName=user, PolicyName="recovery")
        iam.delete_user(UserName=user)
        for name in shop.table.list_tables()["TableNames"]:
            if name.startswith(f"{PRODUCTS}-as-of-"):
                shop.table.delete_table(TableName=name)


def test_the_policy_suffices(operator: Operator) -> None:
    operator.works()


@pytest.mark.parametrize("operator", USED, indirect=True)
def test_without_any_one_of_its_statements_something_is_refused(operator: Operator) -> None:
    with pytest.raises((HaError, ClientError)) as caught:
        operator.works()
    words = str(getattr(caught.value, "detail", "") or caught.value)
    assert "AccessDenied" in words, words
