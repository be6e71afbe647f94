"""The users' programs: scripts written for TensorFlow, run unchanged by `python -m pyseq run`, compared with what they should print.

They are a folder of their own, with the runner that compares (`run_programs.py`) and what is expected (`expected/`): the one
that PYSEQ_PROGRAMS names, else `shared/programs` beside the checkout. Programs that train on whole data sets take minutes:
they are marked `long`, and run only if PYSEQ_LONG_TESTS is set (`PYSEQ_LONG_TESTS=1 pytest -m long tests/programs`).
"""

import argparse
import importlib.util
import os
import shlex
import sys
from pathlib import Path

import pytest

from pyseq import layers

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("PYSEQ_PROGRAMS", ROOT.parent / "shared" / "programs")).absolute()
LONG = pytest.mark.skipif(not os.environ.get("PYSEQ_LONG_TESTS"), reason="long: set PYSEQ_LONG_TESTS=1")
# What a program needs that pyseq does not have yet; when there is such a layer, the program is run.
NEEDS = {
    "s1_08_network_structures": ("Conv2D", "LSTM"),
    "s2_08_batch_normalization": ("BatchNormalization",),
    "s2_11_complete_code_6": ("BatchNormalization",),
    "s3_06_flatten": ("Conv2D",),
    "s3_07_conv2d": ("Conv2D",),
    "s3_08_conv1d": ("Conv1D",),
    "s3_09_conv3d": ("Conv3D",),
    "s3_10_conv_values": ("Conv2D",),
    "s3_11_maxpool_3x3": ("MaxPooling2D",),
    "s3_12_maxpool_4x4": ("MaxPooling2D",),
    "s3_13_pooling_padding": ("MaxPool2D",),
    "s3_38_signatures": ("Conv2D",),
    "s4_03_input_shapes": ("LSTM",),
}
# Not long, though random: they train on a hundred to a thousand small samples.
QUICK = ("s0_06_iris_categorical", "s1_11_iris_sequential", "s1_12_iris_class", "s3_02_custom_model", "s4_05_fit_binary",
         "s4_06_fit_categorical")  # fmt: skip


def programs():
    """A parameter for each program of the folder; one that is skipped if there is no folder."""
    if not (FOLDER / "run_programs.py").exists():
        skip = pytest.mark.skip(reason=f"no programs in {FOLDER}: set PYSEQ_PROGRAMS to their folder")
        return [pytest.param(None, marks=skip, id="none")]
    found = []
    for path in sorted(FOLDER.glob("s[0-9]*_*.py")):
        random = (FOLDER / "expected" / f"{path.stem}.json").exists()
        marks = [pytest.mark.long, LONG] if random and path.stem not in QUICK else []
        found.append(pytest.param(path, marks=marks, id=path.stem))
    return found


@pytest.fixture(scope="module")
def runner():
    """The folder's `run_programs.py` as a module."""
    spec = importlib.util.spec_from_file_location("run_programs", FOLDER / "run_programs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", programs())
def test_program(path, runner):
    lacking = [name for name in NEEDS.get(path.stem, ()) if name not in dir(layers)]
    if lacking:
        pytest.skip(f"pyseq has no layer {' and no '.join(lacking)} yet")
    arguments = argparse.Namespace(
        cmd=f"{shlex.quote(sys.executable)} -m pyseq run {{script}}",
        env=[],
        pythonpath=str(ROOT),
        expected=str(FOLDER / "expected"),
        retries=4,  # of those on random data: tf.keras itself is outside their bands in up to 3 of 16 runs
        timeout=900,
        keep=None,
        rtol=2e-4,
        atol=2e-5,
    )
    assert runner.judge(str(path), arguments) is None
