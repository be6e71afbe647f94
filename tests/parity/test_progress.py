"""What fit, evaluate and predict print against tf.keras, times and cursor movements taken out."""

import re

import numpy as np
import pytest

from tests.parity import progress
from tests.parity.recording import FIXTURES


def shown(keras, name, capsys, monkeypatch):
    bar = getattr(getattr(keras, "utils", None), "Progbar", None)
    if bar is None:
        pytest.skip("no progress bar yet")
    monkeypatch.setattr(bar.__init__, "__defaults__", bar.__init__.__defaults__)
    progress.every_step(bar)
    try:
        progress.run(keras, np, name)
    except ValueError as e:
        if "generator" not in str(e):
            raise
        pytest.skip("no generators yet")
    return progress.without_times(capsys.readouterr().out)


def states(text):
    """The states each line goes through; bars of steps on the way (their number is a matter of speed) are left out."""
    kept = []
    for line in text.split("\n"):
        parts = [re.sub(r"<(back|return)>", "", part) for part in line.split("<return>")]
        parts = [part for part in parts if part]
        kept.append([part for part in parts if "ETA" not in part][-1:] or parts[-1:])
    return kept


RUNS = [
    name for name in progress.RUNS if name != "predict_auto"
]  # `predict` is silent unless told, as in TF 2.0 to 2.4


@pytest.mark.parametrize("name", RUNS)
def test_last_state_of_each_line(keras, name, capsys, monkeypatch):
    expected = (FIXTURES / "progress" / f"{name}.txt").read_text()
    assert states(shown(keras, name, capsys, monkeypatch)) == states(expected)


@pytest.mark.parametrize("name", [n for n in RUNS if "_1" in n or "auto" in n])
def test_every_state(keras, name, capsys, monkeypatch):
    expected = (FIXTURES / "progress" / f"{name}.txt").read_text()
    got = shown(keras, name, capsys, monkeypatch)
    steps = [part for part in re.split(r"<back>|<return>|\n", expected) if part]
    for part in re.split(r"<back>|<return>|\n", got):
        assert not part or part in steps, part
