"""What else has to be there: credentials, certificate, the edge's API, a backup."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

from operations.recovery.preconditions.finding import Finding, Verdict
from operations.recovery.preconditions.look import Look

CLOCK_SECONDS = 5.0
"""How far this machine's clock may be off: a warden answers no letter whose asker waits no longer."""


def credentials(look: Look) -> Finding:
    """They are accepted in the target's region; never asked of the global endpoint."""
    account = look.client("sts").get_caller_identity()["Account"]
    return Finding("credentials", "pass", f"accepted in {look.move.region}, account {account}")


def clock(look: Look) -> Finding:
    """This machine's clock agrees with AWS's: letters to wardens carry times, and AWS refuses signatures that are off.

    A clock that jumps while a promotion runs decides nothing: there, durations are of a monotonic clock.
    """
    now = look.move.world.clock.now
    before = now()
    answer = look.client("sts").get_caller_identity()
    after = now()
    told = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    if told is None:
        return Finding("clock", "unknown", "AWS's answer carries no time", "advises")
    theirs = parsedate_to_datetime(str(told))
    # Its time is of whole seconds, and of some moment between the question and its answer.
    off = max((before - theirs).total_seconds() - 1, (theirs - after).total_seconds() - 1, 0.0)
    if off > CLOCK_SECONDS:
        text = (
            f"this machine's clock is {off:.0f} s off AWS's, which says {theirs.isoformat()}: set it (NTP), then begin"
        )
        return Finding("clock", "fail", text)
    return Finding("clock", "pass", "agrees with AWS's")


def certificate(look: Look) -> Finding:
    """The target's load balancer serves a certificate that is issued and not over."""
    elb, acm = look.client("elbv2"), look.client("acm")
    name = look.move.topology.one("load_balancer", look.move.target).id
    balancer = elb.describe_load_balancers(Names=[name])["LoadBalancers"][0]
    listeners = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    arns = {item["CertificateArn"] for listener in listeners for item in listener.get("Certificates", [])}
    if not arns:
        return Finding("certificate", "fail", f"{name} has no listener with a certificate: apply the site's stack")
    for arn in sorted(arns):
        shown = acm.describe_certificate(CertificateArn=arn)["Certificate"]
        ends = shown.get("NotAfter")
        if shown["Status"] != "ISSUED" or (ends is not None and ends <= look.move.world.clock.now()):
            return Finding("certificate", "fail", f"{shown['DomainName']} is {shown['Status']}, until {ends}: renew it")
    return Finding("certificate", "pass", f"{len(arns)} issued")


def edge(look: Look) -> Finding:
    """The edge's API answers and lists both pools. Without it traffic follows the lease all the same, only slower."""
    move = look.move
    order = move.world.edge(move.topology).order()
    missing = {move.pool(site) for site in move.topology.sites} - set(order.pools)
    if missing:
        return Finding("edge", "fail", f"not listed at the edge: {', '.join(sorted(missing))}; `lifeline up global`")
    return Finding("edge", "pass", f"lists {', '.join(order.pools)}", "advises")


def backup(look: Look) -> Finding:
    """The newest backup copy in the target's vault is fresh: the way out if the replica is corrupt."""
    move = look.move
    vaults = move.topology.all("vault", move.target)
    if not vaults:
        return Finding("backup", "unknown", "the topology names no vault", "advises")
    limit = timedelta(hours=move.topology.recovery.backup_hours)
    client = look.client("backup")
    points = [
        point
        for vault in vaults
        for point in client.list_recovery_points_by_backup_vault(BackupVaultName=vault.id)["RecoveryPoints"]
        if point.get("Status") == "COMPLETED"
    ]
    if not points:
        return Finding("backup", "fail", f"no copy in {', '.join(vault.id for vault in vaults)}", "advises")
    age = move.world.clock.now() - max(point["CreationDate"] for point in points)
    verdict: Verdict = "pass" if age <= limit else "fail"
    return Finding("backup", verdict, f"the newest copy is {age.total_seconds() / 3600:.1f} h old", "advises")
