"""The program as the model sees it: Lifeline's own, and any other."""

from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from model.from_program import run, views
from model.problems import InputError
from model.resource import Location
from model.values import UNKNOWN, has_unknown
from model.view import View
from policies import documents

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent


def seen(program: object) -> View:
    return run(program, "clinic", "prod", HERE)  # type: ignore[arg-type]


def test_every_stack_of_lifeline_s_own() -> None:
    found = {view.stack: view for view in views(ROOT)}
    assert set(found) == {"global", "prod", "dr"}
    site = found["prod"]
    cluster = site.of("aws:rds/cluster:Cluster")[0]
    provider = site.provider(cluster)
    assert provider is not None
    assert site.region(cluster) == "us-east-1"
    assert site.tag(cluster, "Data_Classification") == "phi"
    assert cluster.location is not None
    assert cluster.location.file == "infra/components/database.py"
    assert not [item for item in site.resources if item.location and "site-packages" in item.location.file]
    assert cluster.secret("masterPasswordWo")
    assert [item.kind for item in site.ancestors(cluster)][-1] == "pulumi:pulumi:Stack"
    # Nothing that rules look at hides behind an unknown text.
    for view in found.values():
        hidden = [
            (item.name, key) for item in view.resources for key, value in item.props.items() if has_unknown(value)
        ]
        assert hidden == []


def test_a_urn_names_all_parents_as_the_engine_s_does() -> None:
    def program() -> None:
        clinic = pulumi.ComponentResource("my:Clinic", "clinic")
        store = pulumi.ComponentResource("my:Store", "store", opts=pulumi.ResourceOptions(parent=clinic))
        aws.s3.Bucket("orders", opts=pulumi.ResourceOptions(parent=store))
        aws.s3.Bucket("alone")

    urns = [bucket.urn for bucket in seen(program).of("aws:s3/bucket:Bucket")]
    assert sorted(urns) == [
        "urn:pulumi:prod::clinic::aws:s3/bucket:Bucket::alone",
        "urn:pulumi:prod::clinic::my:Clinic$my:Store$aws:s3/bucket:Bucket::orders",
    ]


def test_links_and_documents_of_any_program() -> None:
    def program() -> None:
        bucket = aws.s3.Bucket("orders")
        aws.s3.BucketVersioning("versions", bucket=bucket.id, versioning_configuration={"status": "Enabled"})
        aws.s3.BucketPolicy("policy", bucket=bucket.bucket, policy=pulumi.Output.json_dumps({
            "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                           "Resource": pulumi.Output.concat(bucket.arn, "/*")}]}))  # fmt: skip
        rendered = aws.iam.get_policy_document_output(statements=[
            {"actions": ["*"], "resources": ["*"], "conditions": [
                {"test": "StringEquals", "variable": "aws:PrincipalOrgID", "values": ["o-1"]}]}])  # fmt: skip
        aws.iam.Policy("admin", policy=rendered.json)
        aws.rds.Instance("db", engine="postgres", instance_class="db.t4g.micro", kms_key_id=bucket.hosted_zone_id)

    view = seen(program)
    bucket = view.of("aws:s3/bucket:Bucket")[0]
    for type_ in ("bucketVersioning:BucketVersioning", "bucketPolicy:BucketPolicy"):
        assert len(view.linked(bucket, f"aws:s3/{type_}", "bucket").found) == 1
    assert documents.read(view.of("aws:s3/bucketPolicy:BucketPolicy")[0].at("policy")).public()
    (statement,) = documents.read(view.of("aws:iam/policy:Policy")[0].at("policy")).everything()
    assert statement.conditions[0].key == "aws:principalorgid"
    assert bucket.location == Location("test_from_program.py", program.__code__.co_firstlineno + 1)


def test_what_has_no_file_has_no_line() -> None:
    program: dict[str, Any] = {"aws": aws}
    exec("def make():\n    aws.s3.Bucket('typed')", program)  # noqa: S102 as somebody at a prompt does
    (bucket,) = seen(program["make"]).of("aws:s3/bucket:Bucket")
    assert bucket.location is None


def test_what_only_the_cloud_tells_is_unknown() -> None:
    def program() -> None:
        table = aws.dynamodb.Table("orders", attributes=[{"name": "id", "type": "S"}], hash_key="id")
        aws.cloudwatch.LogGroup("log", retention_in_days=table.read_capacity)

    assert seen(program).of("aws:cloudwatch/logGroup:LogGroup")[0].at("retentionInDays") is UNKNOWN


def test_what_is_only_read_is_external() -> None:
    def program() -> None:
        theirs = aws.s3.Bucket.get("theirs", "their-bucket")
        aws.s3.BucketVersioning("versions", bucket=theirs.id, versioning_configuration={"status": "Enabled"})

    view = seen(program)
    theirs = view.of("aws:s3/bucket:Bucket")[0]
    assert theirs.external
    # The SDK's `get` constructs it; the line is where the program asked for it.
    assert theirs.location == Location("test_from_program.py", program.__code__.co_firstlineno + 1)
    assert view.linked(theirs, "aws:s3/bucketVersioning:BucketVersioning", "bucket").found


def test_two_programs_one_after_the_other_do_not_mix() -> None:
    assert len(seen(lambda: aws.s3.Bucket("a")).resources) == len(seen(lambda: aws.s3.Bucket("b")).resources) == 2


def test_a_program_that_raises_is_no_view() -> None:
    def program() -> None:
        aws.s3.Bucket("orders")
        raise RuntimeError("no such setting")

    with pytest.raises(InputError, match="prod cannot be judged: its program raised RuntimeError: no such setting; "):
        seen(program)

    def late() -> None:
        aws.s3.Bucket("orders").id.apply(lambda _: 1 / 0)

    with pytest.raises(InputError, match="prod cannot be judged"):
        seen(late)
