"""Plain Python values, and the same as fields of Firestore's messages."""

import datetime as dt
from collections.abc import Mapping
from typing import Any


def encode(values: Mapping[str, Any], fields: Any) -> None:
    """
    Write plain values into a message's map of fields.

    Raises:
        TypeError: A value is of a type that no document of ours holds.
    """
    for name, value in values.items():
        target = fields[name]
        match value:
            case str():
                target.string_value = value
            case bytes():
                target.bytes_value = value
            case bool():  # before int, which it is too
                target.boolean_value = value
            case int():
                target.integer_value = value
            case dt.datetime():
                target.timestamp_value.FromDatetime(value)
            case Mapping():
                target.map_value.SetInParent()
                encode(value, target.map_value.fields)
            case None:
                target.null_value = 0
            case _:
                raise TypeError(type(value).__name__)


def decode(fields: Any) -> dict[str, Any]:
    """Return a message's map of fields as plain values; times are aware, in UTC."""
    return {name: _decode(value) for name, value in fields.items()}


def _decode(value: Any) -> Any:
    match value.WhichOneof("value_type"):
        case "map_value":
            return decode(value.map_value.fields)
        case "timestamp_value":
            return value.timestamp_value.ToDatetime(dt.UTC)
        case "null_value":
            return None
        case kind:
            return getattr(value, kind)
