from model.signatures import Sdk
from sandbox.providers import document
from sandbox.providers.rows import aws_rows, plain_rows
from sandbox.providers.rows.cloudflare import ROWS as CLOUDFLARE_ROWS
from sandbox.providers.rules import Rules


def test_the_documentation_says_what_the_rows_say() -> None:
    assert document.TARGET.read_text(encoding="utf-8") == document.render(), "run python -m sandbox.providers.document"


def test_every_row_names_properties_that_the_sdk_has_and_a_source_for_each_change() -> None:
    rows: list[tuple[str, str, Rules]] = [("aws", row.type, row.rules) for row in aws_rows()]
    rows += [("aws", plain.type, plain.rules) for plain in plain_rows()]
    rows += [("cloudflare", row.type, row.rules) for row in CLOUDFLARE_ROWS]
    wrong = [f"{kind}: {name}" for package, kind, rules in rows for name in strangers(package, kind, rules)]
    assert wrong == []
    assert all(entry.source.strip() for _, _, rules in rows for entry in rules.in_place)


def strangers(package: str, kind: str, rules: Rules) -> list[str]:
    """Names in a row that no argument of the type has."""
    signature = Sdk(package).resource(kind)
    named = [name for entry in rules.in_place for name in entry.properties if name != "tagsAll"]
    named += [*rules.defaults, *rules.ordered, *rules.documents, *rules.policies, *rules.computed, *rules.folded]
    named += [*rules.write_only, *rules.fixed]
    if rules.auto_name:
        named += [rules.auto_name.property]
        named += [rules.auto_name.rival] if rules.auto_name.rival else []
    return [name for name in named if name not in signature.inputs]


def test_each_property_that_changes_in_place_has_one_row_for_it() -> None:
    for row in aws_rows():
        names = [name for entry in row.rules.in_place for name in entry.properties]
        doubled = {name for name in names if names.count(name) > 1}
        assert doubled == set(), f"{row.type}: {doubled}"
