"""JUnit's XML, for systems that show test results: one case a rule and resource."""

from xml.etree import ElementTree as Xml

from policies.gate.result import Judged, Result


def render(result: Result, *, show_passes: bool = False) -> str:
    root = Xml.Element("testsuites", name="lifeline gate")
    for stack in result.stacks:
        items = [item for item in result.shown if item.stack == stack]
        if show_passes:
            items += [item for item in result.of("pass") if item.stack == stack]
        suite = Xml.SubElement(
            root,
            "testsuite",
            name=stack,
            tests=str(len(items)),
            failures=str(sum(_kind(result, item) == "failure" for item in items)),
            errors=str(sum(item.status == "error" for item in items)),
            skipped=str(sum(_kind(result, item) == "skipped" for item in items)),
        )
        for item in items:
            _case(suite, result, item)
    if result.faults:
        suite = Xml.SubElement(
            root, "testsuite", name="waivers", tests=str(len(result.faults)), failures=str(len(result.faults))
        )
        for fault in result.faults:
            case = Xml.SubElement(suite, "testcase", classname="waivers", name=_clean(str(fault)))
            Xml.SubElement(case, "failure", message=_clean(fault.what))
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode")


def _case(suite: Xml.Element, result: Result, item: Judged) -> None:
    rule, resource = item.finding.rule, item.finding.resource
    attributes = {"classname": f"{rule.pack}.{rule.id}", "name": _clean(f"{resource.name} ({resource.type})")}
    if resource.location:
        attributes |= {"file": _clean(resource.location.file), "line": str(resource.location.line)}
    case = Xml.SubElement(suite, "testcase", attributes)
    kind = _kind(result, item)
    if kind:
        text = _clean(item.finding.message or rule.what)
        detail = Xml.SubElement(case, kind, message=text)
        detail.text = _clean(f"{item.status}, {rule.severity}: {text}\nFix: {rule.fix.text}\n{resource.urn}")


def _kind(result: Result, item: Judged) -> str | None:
    """A finding that stops is a failure; one that is waived or advice is shown as skipped, never as a pass."""
    if item.status == "error":
        return "error"
    if item.status == "pass":
        return None
    return "failure" if result.stops(item) else "skipped"


def _clean(text: str) -> str:
    """Without the control characters that XML has no way to hold."""
    return "".join(char for char in text if char in "\t\n" or char >= " ")
