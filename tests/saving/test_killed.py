"""A process that is killed while it saves leaves the file of before or the new one, whole; and no leftovers for long."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pyseq.models import load_model
from tests.saving import saver

ROOT = Path(__file__).parents[2]
TIMES = 100 if os.environ.get("PYSEQ_LONG_TESTS") else 3


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize("ending", [".keras", ".h5", ".weights.h5"])
def test_killed_while_saving(ending, tmp_path):
    path = str(tmp_path / f"model{ending}")
    model, rng, leftovers, expected = saver.make(), random.Random(0), 0, 0
    saver.set_all(model, expected)
    saver.save(model, path)
    for _ in range(TIMES):
        printed = killed_run(path, expected + 1, rng.uniform(0, 0.03))
        assert load(path) in (expected := max(expected, printed), expected + 1)
        expected = load(path)
        leftovers += len(list(tmp_path.glob(".*.part")))
    if TIMES == 100:
        assert leftovers > 0  # else it was never killed at the moment in question
    saver.save(model, path)
    assert os.listdir(tmp_path) == [os.path.basename(path)]


def killed_run(path, first, after):
    """Start the process that saves, kill it so many seconds after its first file; the last number it told."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.saving.saver", path, str(first)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with process:
        told = [process.stdout.readline()]
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
        told += process.stdout.readlines()
    return int([line for line in told if line.endswith("\n")][-1])


def load(path):
    if not path.endswith(".weights.h5"):
        return saver.number_in(load_model(path))
    model = saver.make()
    model.load_weights(path)
    return saver.number_in(model)
