"""fit, evaluate, predict and their kin against recordings of tf.keras: every argument, every kind of data."""

import json
import warnings

import numpy as np
import pytest

import pyseq as keras
import pyseq.tf as tf
from pyseq.core import config
from tests.data import fits
from tests.parity.recording import FIXTURES

pytest.importorskip("pandas")
RECORDED = json.loads((FIXTURES / "data.json").read_text())
SEEN = fits.names(keras, tf)


def close(found, expected):
    """Are they the same but for the rounding of float32 sums?"""
    if isinstance(expected, dict):
        return (
            isinstance(found, dict)
            and list(found) == list(expected)
            and all(close(found[k], expected[k]) for k in found)
        )
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(map(close, found, expected))
    if isinstance(expected, float):
        return isinstance(found, float) and np.isclose(found, expected, rtol=2e-5, atol=1e-6)
    return found == expected


@pytest.mark.parametrize("name", fits.CALLS)
def test_call(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = json.loads(json.dumps(fits.plain(eval(fits.CALLS[name], SEEN))))
    assert close(found, RECORDED["calls"][name]), (found, RECORDED["calls"][name])


@pytest.mark.parametrize("name", fits.CALLS)
def test_the_same_bits_eagerly(name):
    planned = fits.plain(eval(fits.CALLS[name], SEEN))
    config.run_functions_eagerly(True)
    try:
        assert fits.plain(eval(fits.CALLS[name], SEEN)) == planned
    finally:
        config.run_functions_eagerly(False)


@pytest.mark.parametrize("name", fits.EARLY)
def test_data_that_ends_early(name):
    expected = RECORDED["calls"][name]
    with pytest.warns(UserWarning, match="ran out of data"):
        found = fits.plain(eval(fits.EARLY[name], SEEN))
    assert close(found, expected), (found, expected)


# Errors that are slips in tf.keras: of another type there, or with another message from deep inside
OTHER = dict.fromkeys(
    ["empty_generator", "wrong_width", "class_weight_3d", "validation_freq_zero", "validation_data_text", "texts"],
    "ValueError",
)


@pytest.mark.parametrize("name", fits.ERRORS)
def test_error(name):
    expected = RECORDED["call_errors"][name]
    with pytest.raises(Exception) as e:  # noqa: PT011  the type is looked at below
        eval(fits.ERRORS[name], SEEN)
    expected = OTHER.get(name, expected)
    assert expected is None or type(e.value).__name__ == expected, (expected, e.value)
    assert str(e.value)
