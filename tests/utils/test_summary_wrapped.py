"""`model.summary()` in the layout of TensorFlow 2.15, character for character (make_summary.py)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import pyseq as keras
from pyseq.utils.summary_wrapped import _readable
from tests.utils.make_summary import CASES, lines

RECORDED = json.loads(Path(__file__).with_name("summary.json").read_text(encoding="utf8"))


@pytest.fixture
def wrapped():
    before = keras.config.summary_layout()
    keras.config.set_summary_layout("2.15")
    yield
    keras.config.set_summary_layout(before)


@pytest.mark.parametrize("name", CASES)
def test_lines(name, wrapped):
    assert lines(keras, name) == RECORDED[name]


def test_columns_too_narrow_for_anything(wrapped):
    shown = []
    keras.Sequential([keras.layers.Dense(3, input_shape=(2,))]).summary(positions=[3, 6, 9], print_fn=shown.append)
    assert "Total params: 9 (36.00 Byte)" in shown


def test_the_layout_of_2_4_is_the_default(capsys):
    model = keras.Sequential([keras.layers.Dense(3, input_shape=(2,))])
    model.summary()
    assert "Total params: 9\n" in capsys.readouterr().out
    assert keras.config.summary_layout() == "2.4"
    with pytest.raises(ValueError, match=r"'2\.4' or '2\.15'"):
        keras.config.set_summary_layout("3")


def test_shapes_of_several_outputs_are_tuples_in_both():
    shown = []
    CASES["several_outputs_of_a_layer"](keras)[0].summary(print_fn=shown.append, positions=[0.3, 0.6, 0.7, 1.0])
    assert any("[(None, 2), (None, 3)]" in line for line in shown)


def test_units():
    sizes = {
        0: "0.00 Byte",
        1023: "1023.00 Byte",
        1024: "1.00 KB",
        1.5 * 2**30: "1.50 GB",
        2**40: "1.00 TB",
        2**51: "2.00 PB",
    }
    assert {size: _readable(size) for size in sizes} == sizes


def test_set_by_the_environment():
    code = "import pyseq as k; k.Sequential([k.layers.Dense(3, input_shape=(2,))]).summary()"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYSEQ_SUMMARY_LAYOUT": "2.15"}, capture_output=True, text=True
    )
    assert "Total params: 9 (36.00 Byte)" in done.stdout
