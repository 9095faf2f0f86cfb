"""AWS Backup: whether what was backed up is restored to try it, and what is reported."""

from model.values import UNKNOWN
from policies.asking import ask
from policies.case import Case
from policies.declared import declares
from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown
from policies.vocabulary import linked_by, present

PLAN = "aws:backup/plan:Plan"
RESTORES = "aws:backup/restoreTestingPlan:RestoreTestingPlan"
RESTORED = "aws:backup/restoreTestingSelection:RestoreTestingSelection"
REPORT = "aws:backup/reportPlan:ReportPlan"

_SELECTS = linked_by(RESTORED, "restoreTestingPlanName", lacks="no RestoreTestingSelection belongs to it")


def _tested(case: Case) -> Verdict:
    """By a restore testing plan of the same region: it sees the recovery points of its own region only."""
    if case.classification != "phi":
        return NOT_APPLICABLE
    here, wrong, unclear = case.view.region(case.resource), "", ""
    for plan in case.view.of(RESTORES):
        there = case.view.region(plan)
        known = here is not UNKNOWN and there is not UNKNOWN
        if known and here is not None and there is not None and here != there:
            continue
        verdict = ask(_SELECTS, case.about(plan))
        if verdict.outcome == "pass" and known:
            return PASS
        if verdict.outcome == "fail":
            wrong = f"{plan.name}: {verdict.message}"
        else:
            unclear = plan.name
    if unclear:
        return unknown(f"whether {unclear} tries its backups is not known yet")
    return fail(wrong or "no RestoreTestingPlan of its region tries what it backs up")


_PLAN = Given(PLAN, "plan")
_RESTORES = Given(RESTORES, "weekly", {"name": "weekly", "scheduleExpression": "cron(0 12 ? * SUN *)"})


def _selection(plan: str = "weekly") -> Given:
    return Given(
        RESTORED,
        "clusters",
        {
            "restoreTestingPlanName": ref(plan, "name"),
            "protectedResourceType": "Aurora",
            "protectedResourceArns": ["*"],
        },
    )


TESTED = Rule(
    id="backup-restore-testing",
    pack="hipaa",
    severity="medium",
    scope="stack",
    level="recommended",
    types=(PLAN,),
    what="What holds PHI and is backed up is restored again and again, to try it.",
    why="A backup that nobody ever restored is a hope; the contingency plan has to be tested "
    "(164.308(a)(7)(ii)(D)), which no other check sees.",
    fix=Fix(
        "Declare a RestoreTestingPlan in the plan's region, and a RestoreTestingSelection for it.",
        python=(
            'aws.backup.RestoreTestingSelection("clusters", restore_testing_plan_name=weekly.name, '
            'iam_role_arn=role.arn, protected_resource_type="Aurora", protected_resource_arns=["*"])'
        ),
        yaml=(
            "type: aws:backup:RestoreTestingSelection\n"
            "properties:\n"
            "  restoreTestingPlanName: ${weekly.name}\n"
            "  iamRoleArn: ${role.arn}\n"
            "  protectedResourceType: Aurora\n"
            "  protectedResourceArns: ['*']"
        ),
    ),
    check=_tested,
    passing=(
        example(_PLAN, _RESTORES, _selection()),
        example(Given(PLAN, "plan", {"tags": {"DataClassification": "public"}}), note="no PHI"),
    ),
    failing=(
        example(_PLAN),
        example(_PLAN, _RESTORES, note="it selects nothing"),
        example(
            Given(PLAN, "plan", {"region": "us-east-1"}),
            Given(RESTORES, "weekly", {"name": "weekly", "region": "us-west-2"}),
            _selection(),
            note="in another region",
        ),
        example(_PLAN, _RESTORES, Given(RESTORES, "other", {"name": "other", "region": "x"}), note="no selection"),
    ),
)

REPORTED = Rule(
    id="backup-report-plan",
    pack="hipaa",
    severity="low",
    scope="account",
    level="recommended",
    once=True,
    types=(REPORT,),
    what="The account has a report of its backups written to a bucket.",
    why="What was backed up, and what failed, has to be shown on the day that somebody asks, months later.",
    fix=Fix(
        "Declare a ReportPlan.",
        python=(
            'aws.backup.ReportPlan("jobs", name="jobs", report_delivery_channel={"s3_bucket_name": records.bucket}, '
            'report_setting={"report_template": "BACKUP_JOB_REPORT"})'
        ),
        yaml=(
            "type: aws:backup:ReportPlan\n"
            "properties:\n"
            "  name: jobs\n"
            "  reportDeliveryChannel: {s3BucketName: '${records.bucket}'}\n"
            "  reportSetting: {reportTemplate: BACKUP_JOB_REPORT}"
        ),
    ),
    check=declares(REPORT, present("reportDeliveryChannel.s3BucketName"), lacks="the stack declares no ReportPlan"),
    passing=(
        {"reportDeliveryChannel": {"s3BucketName": "records"}, "reportSetting": {"reportTemplate": "JOB_REPORT"}},
        example(
            Given("aws:s3/bucket:Bucket", "records"),
            Given(REPORT, "jobs", {"reportDeliveryChannel": {"s3BucketName": ref("records", "bucket")}}),
        ),
    ),
    failing=(
        example(),
        {"reportDeliveryChannel": {}},
        {"reportDeliveryChannel": {"s3BucketName": ""}},
        {"reportDeliveryChannel": None},
    ),
)
