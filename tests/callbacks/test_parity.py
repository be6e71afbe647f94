"""Callbacks against tf.keras: when they act, what they print and warn of, which files they write (recorded by make_keras.py)."""

import json
import re
import warnings
from pathlib import Path

import numpy as np
import pytest

import pyseq
from tests.callbacks import cases, programs

RECORDED = json.loads((Path(__file__).parent / "keras.json").read_text())
PRINTED = json.loads((Path(__file__).parent / "programs.json").read_text())


def test_all_cases_are_recorded():
    assert list(RECORDED) == list(cases.CASES)
    assert list(PRINTED) == list(programs.PROGRAMS)


def seen_in(run, name):
    """What `run` of a case sees with pyseq."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        return run(pyseq, name, lambda: list(dict.fromkeys(str(w.message) for w in caught)))


@pytest.mark.parametrize("name", programs.PROGRAMS)
def test_prints_as_tf_keras(name):
    assert seen_in(programs.run, name) == PRINTED[name]


def with_rounded_numbers(text):
    """Long fractions may differ in their last digits; six are kept."""
    return re.sub(r"\d+\.\d{5,}(e-?\d+)?", lambda m: f"{float(m[0]):.5g}", text)


@pytest.mark.parametrize("name", cases.CASES)
def test_as_tf_keras(name):
    seen = seen_in(cases.run, name)
    expected = RECORDED[name]
    assert seen.get("error") == expected.get("error")
    assert with_rounded_numbers(seen["printed"]) == with_rounded_numbers(expected["printed"])
    assert seen["warned"] == expected["warned"]
    if "error" in expected:
        return
    assert seen["epochs"] == expected["epochs"]
    assert list(seen["history"]) == list(expected["history"])
    for key, values in expected["history"].items():
        np.testing.assert_allclose(seen["history"][key], values, rtol=2e-5, err_msg=key)
    for got, wanted in zip(seen["weights"], expected["weights"], strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-6)  # 30 steps of float32
    assert list(seen["files"]) == list(expected["files"])
    for path, text in expected["files"].items():
        assert with_rounded_numbers(seen["files"][path]) == with_rounded_numbers(text), path
