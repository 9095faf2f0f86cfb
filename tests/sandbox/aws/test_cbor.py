"""CBOR against values with known encodings (RFC 8949, appendix A) and against itself."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.aws import cbor

KNOWN = [
    (0, "00"),
    (23, "17"),
    (24, "1818"),
    (256, "190100"),
    (1000000, "1a000f4240"),
    (1000000000000, "1b000000e8d4a51000"),
    (-1, "20"),
    (-1000, "3903e7"),
    (1.1, "fb3ff199999999999a"),
    (False, "f4"),
    (True, "f5"),
    (None, "f6"),
    (b"\x01\x02", "420102"),
    ("ü", "62c3bc"),
    ([1, [2, 3]], "8201820203"),
    ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
]


@pytest.mark.parametrize(("value", "encoded"), KNOWN)
def test_known_encodings(value: Any, encoded: str) -> None:
    assert cbor.encode(value).hex() == encoded
    assert cbor.decode(bytes.fromhex(encoded)) == value


@pytest.mark.parametrize(
    ("encoded", "value"),
    [
        ("f93c00", 1.0),
        ("fa47c35000", 100000.0),
        ("5f42010243030405ff", b"\x01\x02\x03\x04\x05"),
        ("7f657374726561646d696e67ff", "streaming"),
        ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]),
        ("bf61610161629f0203ffff", {"a": 1, "b": [2, 3]}),
        ("c11a514b67b0", datetime(2013, 3, 21, 20, 4, tzinfo=UTC)),
    ],
)
def test_forms_that_only_clients_send(encoded: str, value: Any) -> None:
    assert cbor.decode(bytes.fromhex(encoded)) == value


@pytest.mark.parametrize("broken", ["", "18", "6261", "8201", "0000", "c2420102", "ff00", "f0"])
def test_broken_bodies_are_refused(broken: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
        cbor.decode(bytes.fromhex(broken))


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(plain)
def test_what_is_written_is_read(value: Any) -> None:
    assert cbor.decode(cbor.encode(value)) == value
