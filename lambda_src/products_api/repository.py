"""The products in DynamoDB: the only module that speaks its language.

Actions used: GetItem, Scan, PutItem, UpdateItem, DeleteItem on the table, Query on the index,
PutItem on the idempotency table (a transaction is authorised by the actions it holds).

Every write can be sent twice without harm, because botocore repeats a call whose answer was lost:
a transaction carries a ClientRequestToken, other writes leave a write token behind by which a failed
condition is recognised as our own earlier attempt.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from products_api.cursor import Position
from products_api.errors import DamagedProductError, StoreUnavailableError
from products_api.faults import TRANSIENT_CODES, translated
from products_api.items import Item, field_values, from_item, to_item
from products_api.model import Product
from products_api.ports import Change, CreateConflict, Expected, Page, Receipt, StateConflict

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from mypy_boto3_dynamodb import DynamoDBClient

# Which deployment wrote an item last: after a faulty one, recovery tells its writes from all others by it.
# No part of the product, so neither clients nor ETags see it.
WRITER = "written_by"

# Reasons of a cancelled transaction that pass by themselves (TransactWriteItems, CancellationReasons).
_TRANSIENT_REASONS = TRANSIENT_CODES | {
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
    "TransactionConflict",
}


class DynamoProductRepository:
    """Implements `ports.ProductRepository` on a table, its category index and the idempotency table."""

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        category_index: str,
        idempotency_table: str,
        logger: Logger,
        *,
        writer: str,
    ) -> None:
        """Prepare. `writer` names this deployment; every item says who wrote it last."""
        self._client = client
        self._table = table
        self._index = category_index
        self._receipts = idempotency_table
        self._logger = logger
        self._writer = writer

    def get(self, product_id: str) -> Product | None:
        """Read strongly consistently: who has just written finds what was written."""
        with translated():
            answer = self._client.get_item(
                TableName=self._table, Key={"id": {"S": product_id}}, ConsistentRead=True
            )
        item = answer.get("Item")
        return None if item is None else from_item(item)

    def page(self, limit: int, category: str | None, after: Position | None) -> Page:
        """Read one page: a query of the index for a category, else a scan of exactly `limit` items.

        Both are eventually consistent (half the price; the index offers nothing else). A damaged item
        is left out and logged: one bad item must not take the list away from every shopper.
        """
        arguments: dict[str, Any] = {"TableName": self._table, "Limit": limit}
        if after is not None:
            arguments["ExclusiveStartKey"] = _key(after)
        with translated():
            if category is None:
                answer: Mapping[str, Any] = self._client.scan(**arguments)
            else:
                answer = self._client.query(
                    **arguments,
                    IndexName=self._index,
                    KeyConditionExpression="category = :category",
                    ExpressionAttributeValues={":category": {"S": category}},
                )
        last = answer.get("LastEvaluatedKey")
        position = None if not last else Position(str(last["id"]["S"]), category)
        products = self._readable(answer["Items"])
        return Page(products, position, damaged=len(answer["Items"]) - len(products))

    def create(self, product: Product, receipt: Receipt | None, now: int) -> None:
        """Store the product, with its receipt in one transaction if there is one."""
        if receipt is None:
            self._put(product)
            return
        with translated():
            try:
                self._client.transact_write_items(
                    # One token per call, so that botocore's retries of it count as one. It is not
                    # derived from the Idempotency-Key: DynamoDB refuses a token that comes back with
                    # other parameters, and a client's retry has another creation time.
                    ClientRequestToken=str(uuid.uuid4()),
                    TransactItems=[self._put_receipt(receipt, now), {"Put": self._put_product(product)}],
                )
            except self._client.exceptions.TransactionCanceledException as error:
                raise _conflict_or_fault(error) from error

    def update(self, product_id: str, expected: Expected, change: Change) -> Product:
        """Replace the writable fields and raise the version by one."""
        names, values, assignments = _assignments(expected.version, change, self._writer)
        condition = _condition(expected, names, values)
        with translated():
            try:
                answer = self._client.update_item(
                    TableName=self._table,
                    Key={"id": {"S": product_id}},
                    UpdateExpression=assignments,
                    ConditionExpression=condition,
                    ExpressionAttributeNames=names,
                    ExpressionAttributeValues=values,
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except self._client.exceptions.ConditionalCheckFailedException as error:
                return _own_write_or_conflict(error, change.write_token)
        return from_item(answer["Attributes"])

    def delete(self, product_id: str, expected: Expected | None) -> None:
        """Delete the item; that it is gone already counts as done."""
        arguments: dict[str, Any] = {"TableName": self._table, "Key": {"id": {"S": product_id}}}
        if expected is not None:
            names: dict[str, str] = {}
            values: Item = {}
            arguments["ConditionExpression"] = (
                f"attribute_not_exists(id) OR ({_condition(expected, names, values)})"
            )
            arguments["ExpressionAttributeNames"] = names
            arguments["ExpressionAttributeValues"] = values
            arguments["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        with translated():
            try:
                self._client.delete_item(**arguments)
            except self._client.exceptions.ConditionalCheckFailedException as error:
                raise StateConflict(_old_product(error.response)) from error

    def _put(self, product: Product) -> None:
        with translated():
            try:
                self._client.put_item(**self._put_product(product))
            except self._client.exceptions.ConditionalCheckFailedException as error:
                existing = _old_product(error.response)
                if existing is None or existing.write_token != product.write_token:
                    raise CreateConflict(None, existing) from error

    def _put_product(self, product: Product) -> Any:
        return {
            "TableName": self._table,
            "Item": {**to_item(product), WRITER: {"S": self._writer}},
            "ConditionExpression": "attribute_not_exists(id)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    def _put_receipt(self, receipt: Receipt, now: int) -> Any:
        # TTL deletes an item up to days after its time, so the condition looks at the time itself.
        return {
            "Put": {
                "TableName": self._receipts,
                "Item": {
                    "id": {"S": receipt.id},
                    "request_digest": {"S": receipt.request_digest},
                    "answer": {"S": receipt.answer},
                    "expires_at": {"N": str(receipt.expires_at)},
                },
                "ConditionExpression": "attribute_not_exists(id) OR expires_at <= :now",
                "ExpressionAttributeValues": {":now": {"N": str(now)}},
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    def _readable(self, items: list[Mapping[str, Any]]) -> list[Product]:
        products = []
        for item in items:
            try:
                products.append(from_item(item))
            except DamagedProductError as error:
                self._logger.warning(
                    "damaged product left out", product_id=item["id"]["S"], reason=error.reason
                )
        return products


def _key(position: Position) -> Item:
    key: Item = {"id": {"S": position.product_id}}
    if position.category is not None:
        key["category"] = {"S": position.category}
    return key


def _assignments(version: int, change: Change, writer: str) -> tuple[dict[str, str], Item, str]:
    """Return names, values and the update expression; an absent description is removed."""
    values: Item = {
        **field_values(change.fields),
        "version": {"N": str(version + 1)},
        "updated_at": {"S": change.updated_at},
        "write_token": {"S": change.write_token},
        WRITER: {"S": writer},
    }
    names = {f"#{name}": name for name in (*values, "description")}
    expression = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
    if "description" not in values:
        expression += " REMOVE #description"
    return names, {f":{name}": value for name, value in values.items()}, expression


def _condition(expected: Expected, names: dict[str, str], values: Item) -> str:
    """Return the condition for the expected state; adds what it uses to `names` and `values`."""
    names["#version"] = "version"
    values[":expected"] = {"N": str(expected.version)}
    if not expected.exact:
        return "#version = :expected"
    names["#made_by"] = "write_token"
    if expected.write_token is None:
        return "#version = :expected AND attribute_not_exists(#made_by)"
    values[":seen"] = {"S": expected.write_token}
    return "#version = :expected AND #made_by = :seen"


def _old_product(response: Mapping[str, Any]) -> Product | None:
    item = response.get("Item")
    return from_item(item) if item else None


def _own_write_or_conflict(error: ClientError, write_token: str) -> Product:
    current = _old_product(error.response)
    if current is not None and current.write_token == write_token:
        return current  # our first attempt arrived, its answer did not
    raise StateConflict(current) from error


def _conflict_or_fault(error: ClientError) -> Exception:
    """Read why DynamoDB cancelled: reasons stand in the order of the transaction's items."""
    reasons: Sequence[Mapping[str, Any]] = error.response.get("CancellationReasons", [])
    codes = {str(reason.get("Code")) for reason in reasons}
    if "ConditionalCheckFailed" in codes:
        receipt_reason, product_reason = reasons
        return CreateConflict(_old_receipt(receipt_reason), _old_product(product_reason))
    if codes & _TRANSIENT_REASONS:
        return StoreUnavailableError(
            f"transaction cancelled: {', '.join(sorted(codes))}", retry_after_seconds=1
        )
    return error


def _old_receipt(reason: Mapping[str, Any]) -> Receipt | None:
    item = reason.get("Item")
    if not item:
        return None
    return Receipt(
        id=item["id"]["S"],
        request_digest=item["request_digest"]["S"],
        answer=item["answer"]["S"],
        expires_at=int(item["expires_at"]["N"]),
    )
