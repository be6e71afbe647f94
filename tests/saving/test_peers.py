"""Files of tf.keras 2.15 and Keras 3: pyseq predicts and goes on training as they do, and they with pyseq's files.

What tf.keras wrote is recorded (see peer.py). To see what it, or Keras 3, makes of pyseq's files, say which Python has it:
PYSEQ_TENSORFLOW_PYTHON, PYSEQ_KERAS3_PYTHON.
"""

import os
import subprocess
import warnings
from pathlib import Path

import numpy as np
import pytest

import pyseq as keras
from tests.saving import peer

RECORDED = Path(__file__).with_name("recorded")
PEERS = {"tensorflow": os.environ.get("PYSEQ_TENSORFLOW_PYTHON"), "keras3": os.environ.get("PYSEQ_KERAS3_PYTHON")}
TOLERANCE = {"rtol": 2e-5, "atol": 2e-6}  # float32 sums in another order, over a dozen steps


def assert_alike(found, expected, name):
    np.testing.assert_allclose(found[f"{name} y"], expected[f"{name} y"], **TOLERANCE)
    if f"{name} after" in found:
        np.testing.assert_allclose(found[f"{name} after"], expected[f"{name} after"], **TOLERANCE)


def read_all(folder, names):
    found = {}
    for name in names:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="No training configuration")
            y, after = peer.read(keras, str(folder / name))
        found[f"{name} y"] = y
        if after is not None:
            found[f"{name} after"] = after
    return found


@pytest.mark.parametrize("name", peer.RECORDED)
def test_files_of_tensorflow(name):
    with np.load(RECORDED / "expected.npz") as expected:
        found = read_all(RECORDED, [name])
        assert_alike(found, expected, name)
        goes_on = peer.CASES[peer.case_of(name)][1] is not None and "-weights" not in name
        assert (f"{name} after" in found) == goes_on


@pytest.mark.parametrize("name", [n for n in peer.RECORDED if "weights" not in n])
def test_saved_again(name, tmp_path):
    """What tf.keras wrote, loaded and saved by pyseq, is the same model still."""
    peer.subclassed(keras)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="No training configuration")
        keras.models.load_model(RECORDED / name).save(tmp_path / name)
    with np.load(RECORDED / "expected.npz") as expected:
        assert_alike(read_all(tmp_path, [name]), expected, name)


@pytest.fixture(scope="module", params=PEERS)
def other(request):
    """(name, Python) of a Keras that is installed elsewhere."""
    if not PEERS[request.param]:
        pytest.skip(f"opt in: PYSEQ_{request.param.upper()}_PYTHON=/path/to/its/python")
    return request.param, PEERS[request.param]


def run(python, *arguments):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"PYTHONPATH": ""}
    subprocess.run([python, peer.__file__, *map(str, arguments)], check=True, env=environment)


def test_what_others_make_of_our_files(other, tmp_path):
    name, python = other
    expected = peer.write(keras, str(tmp_path))
    run(python, "read", tmp_path)
    with np.load(tmp_path / "peer.npz") as found:
        errors = {k: str(found[k]) for k in found if k.endswith("error")}
        if name == "keras3":
            errors = {k: v for k, v in errors.items() if not _is_older(k)}
        assert not errors
        kept = [k for k in found if k.endswith(" y") or name == "tensorflow"]
        found = {k: found[k] for k in kept if not k.endswith("error")}
    for file in {k.rpartition(" ")[0] for k in found}:
        assert_alike(found, expected, file)


def _is_older(key):
    """Keras 3 reads no whole models in the layout of Keras 2, nor has it the optimizers from before TF 2.11."""
    return key.startswith("legacy") or key.endswith(".h5 error") and "weights" not in key


def test_what_we_make_of_the_files_of_others(other, tmp_path):
    name, python = other
    run(python, "write", tmp_path)
    with np.load(tmp_path / "expected.npz") as expected:
        names = sorted({k.rpartition(" ")[0] for k in expected})
        found = read_all(tmp_path, names)
        if name == "keras3":  # its Adafactor has other variables: weights are loaded, the optimizer begins afresh
            found = {k: v for k, v in found.items() if not (k.startswith("adafactor") and k.endswith("after"))}
        for file in names:
            assert_alike(found, expected, file)
