"""Control flow on tensors, and variables made in a first call, against TensorFlow; models also eagerly, the same bits."""

import importlib
import json

import pytest

from pyseq.core import config
from tests.parity import flow_cases as cases
from tests.parity.recording import FIXTURES
from tests.parity.test_subclass import close

RECORDED = json.loads((FIXTURES / "flow.json").read_text())["cases"]


@pytest.fixture
def tf():
    return importlib.import_module("pyseq.tf")


@pytest.mark.parametrize("name", cases.CASES)
@pytest.mark.filterwarnings("ignore:.*runs as Python code")
def test_as_recorded(tf, name):
    got, expected = json.loads(json.dumps(cases.run(tf, name))), RECORDED[name]
    assert close(got, expected), f"\n{got}\n{expected}"


TRAINED = [name for name in cases.CASES if "trained(" in __import__("inspect").getsource(cases.CASES[name])]


@pytest.mark.parametrize("name", TRAINED)
@pytest.mark.filterwarnings("ignore:.*runs as Python code")
def test_same_bits_eagerly(tf, name):
    planned = cases.run(tf, name)
    config.run_functions_eagerly(True)
    try:
        assert cases.run(tf, name) == planned
    finally:
        config.run_functions_eagerly(False)
