"""The list of types that take tags, against the SDK; a new SDK may need it written again: UPDATE_TAGGABLE=1."""

import os
import re
from pathlib import Path

from model.signatures import Sdk
from policies import taggable

TOKEN = re.compile(r"super\(\w+, __self__\)\.__init__\(\n\s+'([\w:/]+:\w+)'")
LISTED = Path(taggable.__file__).with_name("taggable.txt")


def test_the_list_is_what_the_sdk_says() -> None:
    found = []
    for path in Sdk("aws").root.rglob("*.py"):
        if path.name.startswith(("_", "get_")):
            continue
        text = path.read_text(encoding="utf-8")
        token = TOKEN.search(text)
        arguments = text[text.find("@pulumi.input_type") :].partition("):\n")[0]
        if token and re.search(r"^ {17}tags: ", arguments, re.MULTILINE):
            found.append(token.group(1))
    if os.environ.get("UPDATE_TAGGABLE"):
        LISTED.write_text("\n".join(sorted(set(found))) + "\n", encoding="utf-8")
    assert LISTED.read_text(encoding="utf-8").split() == sorted(set(found))
    assert taggable.taggable("aws:s3/bucket:Bucket")
    assert not taggable.taggable("aws:s3/bucketVersioning:BucketVersioning")
