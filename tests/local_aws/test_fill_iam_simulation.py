"""A simulated policy judges its conditions by the context that the question gives."""

from __future__ import annotations

import json
import uuid

import pytest

from local_aws.testing import LocalAws

ALLOWED = {
    "Effect": "Allow",
    "Action": "kms:Decrypt",
    "Resource": "*",
    "Condition": {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}},
}


@pytest.mark.parametrize(
    ("via", "decision"),
    [("dynamodb.us-east-1.amazonaws.com", "allowed"), ("sqs.us-east-1.amazonaws.com", "implicitDeny")],
)
@pytest.mark.parametrize("kind", ["principal", "custom"])
def test_a_condition_holds_for_the_context_it_names(
    aws: LocalAws, kind: str, via: str, decision: str
) -> None:
    iam = aws.client("iam", "us-east-1")
    document = json.dumps({"Version": "2012-10-17", "Statement": [ALLOWED]})
    question = {
        "ActionNames": ["kms:Decrypt"],
        "ContextEntries": [
            {"ContextKeyName": "kms:ViaService", "ContextKeyValues": [via], "ContextKeyType": "string"}
        ],
    }
    if kind == "custom":
        answer = iam.simulate_custom_policy(PolicyInputList=[document], **question)
    else:
        name = f"simulated-{uuid.uuid4().hex[:8]}"
        trust = {"Version": "2012-10-17", "Statement": []}
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
        iam.put_role_policy(RoleName=name, PolicyName="one", PolicyDocument=document)
        answer = iam.simulate_principal_policy(PolicySourceArn=role["Arn"], **question)
    assert [result["EvalDecision"] for result in answer["EvaluationResults"]] == [decision]


def test_without_a_context_the_condition_does_not_hold(aws: LocalAws) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": [ALLOWED]})
    answer = aws.client("iam", "us-east-1").simulate_custom_policy(
        PolicyInputList=[document], ActionNames=["kms:Decrypt"]
    )
    assert answer["EvaluationResults"][0]["EvalDecision"] == "implicitDeny"
