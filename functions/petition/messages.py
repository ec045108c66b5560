"""
Google's messages of Firestore's protocol, without Google's client.

The only module that knows google.cloud. The messages are protocol buffers; the generated types
around them are what is slow.
"""

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any


def _import_alone() -> ModuleType:
    # Importing them as usual imports the whole client before them.
    package = "google.cloud.firestore_v1"
    if package in sys.modules:
        return importlib.import_module(f"{package}.types.firestore")
    spec = importlib.util.find_spec(package)
    assert spec and spec.submodule_search_locations  # noqa: S101 – it is installed
    stand_in = ModuleType(package)
    stand_in.__path__ = list(spec.submodule_search_locations)
    sys.modules[package] = stand_in
    try:
        return importlib.import_module(f"{package}.types.firestore")
    finally:
        del sys.modules[package]  # Whoever wants the client finds it.


_types = _import_alone()
CommitRequest: Any = _types.CommitRequest.pb()
CommitResponse: Any = _types.CommitResponse.pb()
BatchGetRequest: Any = _types.BatchGetDocumentsRequest.pb()
BatchGetResponse: Any = _types.BatchGetDocumentsResponse.pb()
RunQueryRequest: Any = _types.RunQueryRequest.pb()
RunQueryResponse: Any = _types.RunQueryResponse.pb()
