"""modules/pipeline on the local AWS, with the stages that ship: made once, then unchanged."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.modules.root_module import ROOT, RootModule

from local_aws.testing import LocalAws
from techmoda_ha.delivery.run_local import read_stages

pytestmark = [pytest.mark.local, pytest.mark.slow]
DR = "us-west-2"


@pytest.fixture(scope="module")
def example(aws: LocalAws) -> RootModule:
    """Return the complete example, applied."""
    directory = ROOT / "modules" / "pipeline" / "examples" / "complete"
    example = RootModule(directory, aws.terraform_state / "pipeline.tfstate", aws).init()
    example.apply()
    return example


def pipeline(example: RootModule) -> dict[str, Any]:
    client = example.aws.client("codepipeline", DR)
    found: dict[str, Any] = client.get_pipeline(name="techmoda-api-pipeline")["pipeline"]
    return found


def test_codepipeline_has_the_stages_that_run_local_runs(example: RootModule) -> None:
    stages = [stage["name"] for stage in pipeline(example)["stages"]]
    assert stages == ["Source", *(stage.name for stage in read_stages(ROOT))]


def test_each_build_runs_its_stages_buildspec_as_the_role_of_its_access(example: RootModule) -> None:
    names = [f"techmoda-api-pipeline-{stage.name}" for stage in read_stages(ROOT) if stage.buildspec]
    projects = example.aws.client("codebuild", DR).batch_get_projects(names=names)["projects"]
    assert {project["name"] for project in projects} == set(names)
    by_name = {project["name"].rsplit("-", 1)[1]: project for project in projects}
    assert by_name["Plan"]["source"]["buildspec"] == "pipeline/plan.yml"
    assert by_name["Plan"]["serviceRole"].endswith(":role/techmoda-api-pipeline-read")
    assert by_name["ProveDr"]["serviceRole"].endswith(":role/techmoda-api-pipeline-prove")


def simulated(example: RootModule, access: str, action: str, resource: str) -> str:
    """Return IAM's decision on what the role of an access may do."""
    answer = example.aws.client("iam", "us-east-1").simulate_principal_policy(
        PolicySourceArn=f"arn:aws:iam::111111111111:role/techmoda-api-pipeline-{access}",
        ActionNames=[action],
        ResourceArns=[resource],
    )
    decision: str = answer["EvaluationResults"][0]["EvalDecision"]
    return decision


STATE = "arn:aws:s3:::techmoda-api-state-111111111111-us-west-2/envs/dr/terraform.tfstate"
RELEASE = "arn:aws:s3:::techmoda-api-state-111111111111-us-west-2/releases/dr.json"
FUNCTION = f"arn:aws:lambda:{DR}:111111111111:function:techmoda-api-products"


@pytest.mark.parametrize(
    ("access", "action", "resource", "decision"),
    [
        ("read", "s3:GetObject", STATE, "allowed"),
        ("read", "s3:PutObject", f"{STATE}.tflock", "allowed"),
        ("read", "s3:PutObject", STATE, "implicitDeny"),
        ("read", "lambda:GetFunction", FUNCTION, "allowed"),
        ("read", "lambda:UpdateAlias", FUNCTION, "implicitDeny"),
        ("prove", "lambda:UpdateAlias", FUNCTION, "allowed"),
        ("prove", "lambda:UpdateFunctionCode", FUNCTION, "implicitDeny"),
        ("prove", "s3:PutObject", RELEASE, "allowed"),
        ("prove", "s3:PutObject", STATE, "implicitDeny"),
        ("read", "s3:PutObject", RELEASE, "implicitDeny"),
        ("deploy", "lambda:UpdateFunctionCode", FUNCTION, "allowed"),
        ("deploy", "s3:PutObject", STATE, "allowed"),
        ("deploy", "s3:CreateBucket", "arn:aws:s3:::techmoda-api-recovery-111111111111-us-west-2", "allowed"),
        ("deploy", "s3:PutBucketPolicy", STATE.partition("/")[0], "implicitDeny"),
        ("deploy", "lambda:UpdateFunctionCode", FUNCTION.replace("techmoda-api", "other"), "implicitDeny"),
        (
            "deploy",
            "iam:PutRolePolicy",
            "arn:aws:iam::111111111111:role/techmoda-api-pipeline-deploy",
            "explicitDeny",
        ),
        ("none", "lambda:GetFunction", FUNCTION, "implicitDeny"),
    ],
)
def test_a_role_may_do_what_its_stage_needs_and_no_more(
    example: RootModule, access: str, action: str, resource: str, decision: str
) -> None:
    assert simulated(example, access, action, resource) == decision


def test_a_failed_stage_is_told_on_the_topic(example: RootModule) -> None:
    rule = example.aws.client("events", DR).describe_rule(Name="techmoda-api-pipeline-stage")
    assert "FAILED" in json.loads(rule["EventPattern"])["detail"]["state"]


def test_a_second_plan_changes_nothing(example: RootModule) -> None:
    assert example.is_unchanged()


def test_nothing_is_left_after_destroying_it(example: RootModule) -> None:
    example.destroy()
    assert example.aws.client("codepipeline", DR).list_pipelines()["pipelines"] == []
    assert example.aws.client("s3", DR).list_buckets()["Buckets"] == []
