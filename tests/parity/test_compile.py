"""Spellings of compile against tf.keras: names, history, what evaluate, predict and train_on_batch return."""

import numpy as np
import pytest

from tests.parity import snippets
from tests.parity.recording import recorded

RECORDED = recorded("compile")["compile"]

# Spellings that mean something else here, with the reason.
DIFFERENT = {
    "steps per execution": "12 samples, 3 steps, 2 at a time: tf.keras runs out of data, which helps nobody",
    "metric called loss": "two values of one name: tf.keras gives both in lists and one in dicts",
}


def same(got, expected, path=""):
    """The same structure and types; numbers to five digits (recorded so) and the rounding of float32."""
    if isinstance(expected, dict) and "type" not in expected:
        assert list(got) == list(expected), path
        for key in expected:
            same(got[key], expected[key], f"{path}/{key}")
        return
    assert got["type"] == expected["type"], path
    assert got.get("shape") == expected.get("shape") and got.get("dtype") == expected.get("dtype"), path
    if "value" in expected:
        assert got["value"] == pytest.approx(expected["value"], rel=1e-4, abs=1e-6), path
    if isinstance(expected.get("items"), dict):
        same(got["items"], expected["items"], path)
    elif "items" in expected:
        assert len(got["items"]) == len(expected["items"]), path
        for k, (a, b) in enumerate(zip(got["items"], expected["items"], strict=True)):
            same(a, b, f"{path}[{k}]")


@pytest.mark.parametrize("name", snippets.COMPILE)
def test_spelling(keras, name):
    got, expected = snippets.run_compile(keras, np, snippets.COMPILE[name]), RECORDED[name]
    if name in DIFFERENT:
        assert "raises" not in got
        return
    if "raises" in expected:
        assert got.get("raises", [None])[0] == expected["raises"][0]
        return
    assert "raises" not in got, got["raises"]
    for key in ("metrics_names before", "metrics_names", "params", "epoch"):
        assert got[key] == expected[key], key
    assert [m[1] for m in got["metrics"]] == [m[1] for m in expected["metrics"]]
    for key in expected:
        if isinstance(expected[key], dict) and key != "params":
            same(got[key], expected[key], key)
