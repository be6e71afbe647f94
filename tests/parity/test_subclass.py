"""Models, layers and parts of a user's own against tf.keras; through the plan and eagerly, the same bits."""

import importlib
import json

import pytest

from tests.parity import subclass_cases as cases
from tests.parity.recording import FIXTURES

RECORDED = json.loads((FIXTURES / "subclass.json").read_text())["cases"]
# 6 layers deep, two epochs of SGD: single roundings, shown with 5 digits.
TOLERANCE = 2e-5
SAME_WORDS = ("super_forgotten", "super_forgotten_in_layer", "summary_before_build", "count_params_before_build", "no_inputs",
              "build_of_nothing", "loss_added_outside", "layer_of_nothing")  # fmt: skip


@pytest.fixture
def tf():
    return importlib.import_module("pyseq.tf")


def close(a, b):
    """Equal, with numbers within the tolerance?"""
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(close, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(close(a[k], b[k]) for k in a)
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= TOLERANCE
    return type(a) is type(b) and a == b


@pytest.mark.parametrize("name", cases.CASES)
@pytest.mark.filterwarnings("ignore:.*does not have a loss")
def test_as_recorded(tf, name):
    got, expected = cases.run(tf, name), RECORDED[name]
    if isinstance(expected, dict) and "raises" in expected:
        assert got.get("raises") == expected["raises"], got
        assert name not in SAME_WORDS or got["message"] == expected["message"]
        return
    got = json.loads(json.dumps(got))
    assert close(got, expected), f"\n{got}\n{expected}"
    assert json.loads(json.dumps(cases.run(tf, name, run_eagerly=True))) == got
