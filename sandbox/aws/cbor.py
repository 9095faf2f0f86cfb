"""CBOR, as far as AWS's `smithy-rpc-v2-cbor` protocol uses it.

boto3 speaks it to CloudWatch; moto does not. Only what the protocol allows is here: no half floats on the way out,
and of the tags only 1, the epoch timestamp.
"""

import struct
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_INDEFINITE = 31
_BREAK = object()
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
_CONSTANTS: dict[int, Any] = {20: False, 21: True, 22: None, 23: None, _INDEFINITE: _BREAK}
_EPOCH_TIMESTAMP = 1


def decode(data: bytes) -> Any:
    """The one value in `data`. Raises ValueError where it is not the CBOR that the protocol allows."""
    try:
        value, end = _read(data, 0)
    except (IndexError, struct.error) as error:
        raise ValueError("the CBOR body ends in the middle of a value") from error
    if end != len(data):
        raise ValueError(f"the CBOR body has {len(data) - end} bytes after its value")
    return value


def encode(value: Any) -> bytes:
    """`value` as CBOR. Raises TypeError for a type that has no counterpart."""
    out = bytearray()
    _write(out, value)
    return bytes(out)


def _read(data: bytes, at: int) -> tuple[Any, int]:
    major, extra = data[at] >> 5, data[at] & 0x1F
    at += 1
    if major == _SIMPLE:
        if extra in _FLOATS:
            size = struct.calcsize(_FLOATS[extra])
            return struct.unpack(_FLOATS[extra], data[at : at + size])[0], at + size
        if extra not in _CONSTANTS:
            raise ValueError(f"CBOR simple value {extra} has no meaning in this protocol")
        return _CONSTANTS[extra], at
    if extra == _INDEFINITE:
        return _read_indefinite(data, at, major)
    argument, at = _argument(data, at, extra)
    if major == _UNSIGNED:
        return argument, at
    if major == _NEGATIVE:
        return -1 - argument, at
    if major in (_BYTES, _TEXT):
        if at + argument > len(data):
            raise IndexError(at)
        raw = data[at : at + argument]
        return (raw if major == _BYTES else raw.decode()), at + argument
    if major == _TAG:
        value, at = _read(data, at)
        if argument != _EPOCH_TIMESTAMP:
            raise ValueError(f"CBOR tag {argument} has no meaning in this protocol")
        return datetime.fromtimestamp(value, UTC), at
    items: list[Any] = []
    for _ in range(argument * (2 if major == _MAP else 1)):
        item, at = _read(data, at)
        items.append(item)
    return _collect(major, items), at


def _read_indefinite(data: bytes, at: int, major: int) -> tuple[Any, int]:
    items: list[Any] = []
    while True:
        item, at = _read(data, at)
        if item is _BREAK:
            return _collect(major, items), at
        items.append(item)


def _collect(major: int, items: list[Any]) -> Any:
    if major == _MAP:
        return dict(zip(items[::2], items[1::2], strict=True))
    if major == _BYTES:
        return b"".join(items)
    return "".join(items) if major == _TEXT else items


def _argument(data: bytes, at: int, extra: int) -> tuple[int, int]:
    if extra < 24:
        return extra, at
    size = 1 << (extra - 24)
    if at + size > len(data):
        raise IndexError(at)
    return int.from_bytes(data[at : at + size], "big"), at + size


def _write(out: bytearray, value: Any) -> None:
    if value is None:
        out.append(0xF6)
    elif isinstance(value, bool):
        out.append(0xF5 if value else 0xF4)
    elif isinstance(value, int):
        _head(out, _UNSIGNED, value) if value >= 0 else _head(out, _NEGATIVE, -1 - value)
    elif isinstance(value, float):
        out += b"\xfb" + struct.pack(">d", value)
    elif isinstance(value, datetime):
        _head(out, _TAG, _EPOCH_TIMESTAMP)
        _write(out, value.timestamp())
    elif isinstance(value, str):
        raw = value.encode()
        _head(out, _TEXT, len(raw))
        out += raw
    elif isinstance(value, bytes | bytearray):
        _head(out, _BYTES, len(value))
        out += value
    elif isinstance(value, Mapping):
        _head(out, _MAP, len(value))
        for key, item in value.items():
            _write(out, key)
            _write(out, item)
    elif isinstance(value, Sequence):
        _head(out, _ARRAY, len(value))
        for item in value:
            _write(out, item)
    else:
        raise TypeError(f"{type(value).__name__} has no CBOR form in this protocol")


def _head(out: bytearray, major: int, argument: int) -> None:
    if argument < 24:
        out.append(major << 5 | argument)
        return
    size = max(1, 1 << ((argument.bit_length() + 7) // 8 - 1).bit_length())
    out.append(major << 5 | 24 + size.bit_length() - 1)
    out += argument.to_bytes(size, "big")
