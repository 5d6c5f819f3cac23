"""Application Auto Scaling's contract. On AWS these tests pass as well: they make the table they scale."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.testing import LocalAws, eventually

WRITES = "dynamodb:table:WriteCapacityUnits"


@dataclass(frozen=True)
class Scaled:
    """A table and the scalable dimension of its writes."""

    scaling: Any
    table: str

    @property
    def target(self) -> dict[str, str]:
        return {
            "ServiceNamespace": "dynamodb",
            "ResourceId": f"table/{self.table}",
            "ScalableDimension": WRITES,
        }

    def register(self, **attributes: Any) -> str:
        arn: str = self.scaling.register_scalable_target(**self.target, **attributes)["ScalableTargetARN"]
        return arn

    def described(self) -> dict[str, Any]:
        answer = self.scaling.describe_scalable_targets(
            ServiceNamespace="dynamodb", ResourceIds=[f"table/{self.table}"]
        )
        [target] = answer["ScalableTargets"]
        return dict(target)

    def put_policy(self, name: str = "writes", metric: str = "DynamoDBWriteCapacityUtilization") -> Any:
        return self.scaling.put_scaling_policy(
            **self.target,
            PolicyName=name,
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={
                "TargetValue": 70.0,
                "PredefinedMetricSpecification": {"PredefinedMetricType": metric},
            },
        )

    def policies(self) -> list[dict[str, Any]]:
        answer = self.scaling.describe_scaling_policies(
            ServiceNamespace="dynamodb", ResourceId=f"table/{self.table}"
        )
        return list(answer["ScalingPolicies"])

    def actions(self) -> list[dict[str, Any]]:
        answer = self.scaling.describe_scheduled_actions(
            ServiceNamespace="dynamodb", ResourceId=f"table/{self.table}"
        )
        return list(answer["ScheduledActions"])


@pytest.fixture
def scaled(aws: LocalAws) -> Iterator[Scaled]:
    table = f"scaled-{uuid.uuid4().hex[:8]}"
    dynamodb = aws.client("dynamodb", "us-east-1")
    dynamodb.create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    )
    dynamodb.get_waiter("table_exists").wait(TableName=table)
    yield Scaled(aws.client("application-autoscaling", "us-east-1"), table)
    dynamodb.delete_table(TableName=table)


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_a_registered_target_is_described_with_its_bounds(scaled: Scaled) -> None:
    arn = scaled.register(MinCapacity=5, MaxCapacity=100)
    described = scaled.described()
    assert (described["MinCapacity"], described["MaxCapacity"]) == (5, 100)
    assert described["ScalableTargetARN"] == arn
    assert described["RoleARN"].endswith("AWSServiceRoleForApplicationAutoScaling_DynamoDBTable")
    assert described["SuspendedState"]["DynamicScalingInSuspended"] is False


def test_registering_again_changes_only_what_is_given(scaled: Scaled) -> None:
    arn = scaled.register(MinCapacity=5, MaxCapacity=100)
    assert scaled.register(MaxCapacity=200) == arn
    assert (scaled.described()["MinCapacity"], scaled.described()["MaxCapacity"]) == (5, 200)


@pytest.mark.parametrize("bounds", [{"MinCapacity": 10, "MaxCapacity": 5}, {"MinCapacity": 5}, {}])
def test_bounds_that_are_missing_or_crossed_are_refused(scaled: Scaled, bounds: dict[str, int]) -> None:
    with pytest.raises(ClientError) as error:
        scaled.register(**bounds)
    assert code(error) == "ValidationException"


def test_a_minimum_above_the_capacity_takes_the_table_along(aws: LocalAws, scaled: Scaled) -> None:
    dynamodb = aws.client("dynamodb", "us-east-1")

    def units() -> int:
        table = dynamodb.describe_table(TableName=scaled.table)["Table"]
        return int(table["ProvisionedThroughput"]["WriteCapacityUnits"])

    before = units()
    scaled.register(MinCapacity=before + 7, MaxCapacity=before + 100)
    assert eventually(lambda: units() == before + 7, 60)
    scaled.register(MinCapacity=1)
    assert not eventually(lambda: units() != before + 7, 2)  # A lower minimum takes nothing away at once.


def test_a_minimum_cannot_be_raised_above_the_maximum_later(scaled: Scaled) -> None:
    scaled.register(MinCapacity=5, MaxCapacity=100)
    with pytest.raises(ClientError) as error:
        scaled.register(MinCapacity=101)
    assert code(error) == "ValidationException"
    assert scaled.described()["MinCapacity"] == 5


def test_a_table_that_does_not_exist_is_refused(scaled: Scaled) -> None:
    with pytest.raises(ClientError) as error:
        Scaled(scaled.scaling, "no-such-table").register(MinCapacity=5, MaxCapacity=100)
    assert code(error) == "ValidationException"


@pytest.mark.parametrize(
    "changes",
    [
        {"ServiceNamespace": "no-such-service"},
        {"ScalableDimension": "dynamodb:table:NoSuchUnits"},
        {"ScalableDimension": "dynamodb:index:WriteCapacityUnits"},
    ],
)
def test_a_target_that_names_no_known_dimension_is_refused(scaled: Scaled, changes: dict[str, str]) -> None:
    with pytest.raises(ClientError) as error:
        scaled.scaling.register_scalable_target(**{**scaled.target, **changes}, MinCapacity=1, MaxCapacity=2)
    assert code(error) == "ValidationException"


def test_a_policy_is_described_as_it_was_put(scaled: Scaled) -> None:
    scaled.register(MinCapacity=5, MaxCapacity=100)
    arn = scaled.put_policy()["PolicyARN"]
    [policy] = scaled.policies()
    assert (policy["PolicyARN"], policy["PolicyName"]) == (arn, "writes")
    assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 70.0


def test_putting_a_policy_again_keeps_its_arn(scaled: Scaled) -> None:
    scaled.register(MinCapacity=5, MaxCapacity=100)
    assert scaled.put_policy()["PolicyARN"] == scaled.put_policy()["PolicyARN"]
    assert len(scaled.policies()) == 1


def test_a_policy_needs_a_registered_target(scaled: Scaled) -> None:
    with pytest.raises(ClientError) as error:
        scaled.put_policy()
    assert code(error) == "ObjectNotFoundException"


def test_a_metric_is_tracked_by_one_policy_only(scaled: Scaled) -> None:
    scaled.register(MinCapacity=5, MaxCapacity=100)
    scaled.put_policy("first")
    with pytest.raises(ClientError) as error:
        scaled.put_policy("second")
    assert code(error) == "ValidationException"


def test_a_metric_of_another_service_is_refused(scaled: Scaled) -> None:
    scaled.register(MinCapacity=5, MaxCapacity=100)
    with pytest.raises(ClientError) as error:
        scaled.put_policy(metric="LambdaProvisionedConcurrencyUtilization")
    assert code(error) == "ValidationException"


def test_step_scaling_is_not_offered_for_tables(scaled: Scaled) -> None:
    scaled.register(MinCapacity=5, MaxCapacity=100)
    with pytest.raises(ClientError) as error:
        scaled.scaling.put_scaling_policy(
            **scaled.target,
            PolicyName="steps",
            PolicyType="StepScaling",
            StepScalingPolicyConfiguration={"AdjustmentType": "ChangeInCapacity"},
        )
    assert code(error) == "ValidationException"


def test_a_policy_can_be_deleted_once(scaled: Scaled) -> None:
    scaled.register(MinCapacity=5, MaxCapacity=100)
    scaled.put_policy()
    scaled.scaling.delete_scaling_policy(**scaled.target, PolicyName="writes")
    assert scaled.policies() == []
    with pytest.raises(ClientError) as error:
        scaled.scaling.delete_scaling_policy(**scaled.target, PolicyName="writes")
    assert code(error) == "ObjectNotFoundException"


def test_a_scheduled_action_is_described_and_changed(scaled: Scaled) -> None:
    scaled.register(MinCapacity=5, MaxCapacity=100)
    action = {**scaled.target, "ScheduledActionName": "fashion-week"}
    scaled.scaling.put_scheduled_action(
        **action,
        Schedule="cron(0 6 1 9 ? *)",
        Timezone="Europe/Madrid",
        ScalableTargetAction={"MinCapacity": 50, "MaxCapacity": 100},
    )
    scaled.scaling.put_scheduled_action(**action, ScalableTargetAction={"MinCapacity": 60})
    [described] = scaled.actions()
    assert described["Schedule"] == "cron(0 6 1 9 ? *)"
    assert described["Timezone"] == "Europe/Madrid"
    assert described["ScalableTargetAction"] == {"MinCapacity": 60}
    scaled.scaling.delete_scheduled_action(**action)
    assert scaled.actions() == []


@pytest.mark.parametrize(
    "attributes",
    [
        {"Schedule": "every day", "ScalableTargetAction": {"MinCapacity": 1}},
        {"Schedule": "rate(1 day)", "ScalableTargetAction": {"MinCapacity": 9, "MaxCapacity": 1}},
        {"Schedule": "rate(1 day)"},
        {"ScalableTargetAction": {"MinCapacity": 1}},
    ],
)
def test_a_scheduled_action_that_cannot_run_is_refused(scaled: Scaled, attributes: dict[str, Any]) -> None:
    scaled.register(MinCapacity=5, MaxCapacity=100)
    with pytest.raises(ClientError) as error:
        scaled.scaling.put_scheduled_action(**scaled.target, ScheduledActionName="broken", **attributes)
    assert code(error) == "ValidationException"


def test_deregistering_removes_policies_and_scheduled_actions(scaled: Scaled) -> None:
    scaled.register(MinCapacity=5, MaxCapacity=100)
    scaled.put_policy()
    scaled.scaling.put_scheduled_action(
        **scaled.target,
        ScheduledActionName="daily",
        Schedule="rate(1 day)",
        ScalableTargetAction={"MinCapacity": 6},
    )
    scaled.scaling.deregister_scalable_target(**scaled.target)
    assert (scaled.policies(), scaled.actions()) == ([], [])
    with pytest.raises(ClientError) as error:
        scaled.scaling.deregister_scalable_target(**scaled.target)
    assert code(error) == "ObjectNotFoundException"


def test_tags_are_kept_added_and_removed(scaled: Scaled) -> None:
    arn = scaled.register(MinCapacity=5, MaxCapacity=100, Tags={"team": "shop"})
    scaled.scaling.tag_resource(ResourceARN=arn, Tags={"stage": "live"})
    assert scaled.scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"team": "shop", "stage": "live"}
    scaled.scaling.untag_resource(ResourceARN=arn, TagKeys=["team", "unknown"])
    assert scaled.scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"stage": "live"}


def test_tags_of_an_unknown_target_are_not_found(scaled: Scaled) -> None:
    arn = scaled.register(MinCapacity=5, MaxCapacity=100)
    with pytest.raises(ClientError) as error:
        scaled.scaling.list_tags_for_resource(ResourceARN=arn[:-4] + "0000")
    assert code(error) == "ResourceNotFoundException"


def test_targets_are_listed_in_pages(aws: LocalAws, scaled: Scaled) -> None:
    reads = {**scaled.target, "ScalableDimension": "dynamodb:table:ReadCapacityUnits"}
    scaled.register(MinCapacity=5, MaxCapacity=100)
    scaled.scaling.register_scalable_target(**reads, MinCapacity=5, MaxCapacity=100)
    pages = scaled.scaling.get_paginator("describe_scalable_targets").paginate(
        ServiceNamespace="dynamodb",
        ResourceIds=[f"table/{scaled.table}"],
        PaginationConfig={"PageSize": 1},
    )
    assert [len(page["ScalableTargets"]) for page in pages] == [1, 1]
    with pytest.raises(ClientError) as error:
        scaled.scaling.describe_scalable_targets(ServiceNamespace="dynamodb", NextToken="nonsense")
    assert code(error) == "InvalidNextTokenException"


def test_a_target_belongs_to_its_region(aws: LocalAws, scaled: Scaled) -> None:
    scaled.register(MinCapacity=5, MaxCapacity=100)
    elsewhere = aws.client("application-autoscaling", "us-west-2")
    answer = elsewhere.describe_scalable_targets(
        ServiceNamespace="dynamodb", ResourceIds=[f"table/{scaled.table}"]
    )
    assert answer["ScalableTargets"] == []
