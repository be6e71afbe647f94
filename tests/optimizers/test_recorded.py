"""Ten steps of every optimizer, with every argument, against tf.keras 2.15: weights and state, float32 and float64."""

import numpy as np
import pytest

from pyseq import optimizers
from pyseq.core import Variable, as_tensor, config
from tests.fixtures import make_optimizers as recorder
from tests.parity.recording import recorded

RECORDED = recorded("optimizers")
LEGACY = recorder.LEGACY_CASES
CASES = {**recorder.CASES, **LEGACY}
# In float32 both round each operation; TensorFlow multiplies by reciprocal roots and sums norms in another order. Weights are
# near 1, steps up to 0.1. In float64 the digits are the same but for the order of a few operations, unless tf.keras rounds a
# number to float32 all the same (6e-8 of it, and 1.3e-5 of 1 - 0.999): these defaults, and Nadam's 0.96.
TOLERANCE = {"float32": 2e-6, "float64": 1e-13}
ROUNDED = {
    "adam", "adam_clipnorm", "adam_schedule_staircase", "adamw", "adamax", "adamax_more", "nadam", "nadam_betas", "nadam_more",
    "lion", "lion_more", "ftrl", "legacy_nadam", "legacy_nadam_schedule", "sgd_schedule", "adafactor_schedule",
}  # fmt: skip


def close(case, dtype):
    tolerance = 2e-5 if case in ROUNDED and dtype == "float64" else TOLERANCE[dtype]
    return {"rtol": tolerance, "atol": tolerance}


def run(case, dtype):
    config.set_floatx(dtype)
    name, kwargs = CASES[case]
    module = optimizers.legacy if case in LEGACY else optimizers

    def make_variable(w, name):
        return Variable(w, name=name + ":0")

    return recorder.run(module, optimizers.schedules, make_variable, as_tensor, name, kwargs, dtype)


@pytest.mark.filterwarnings("ignore:The `lr` argument")
@pytest.mark.parametrize("dtype", recorder.DTYPES)
@pytest.mark.parametrize("case", CASES)
def test_ten_steps(case, dtype, isa):
    after, optimizer = run(case, dtype)
    expected = RECORDED[case][dtype]
    for k, w in enumerate(after):
        np.testing.assert_allclose(w, expected[f"w{k}"], **close(case, dtype), err_msg=f"w{k}")
    for v in optimizer.variables:
        name = v.name.removesuffix(":0")
        np.testing.assert_allclose(v.numpy(), expected[name], **close(case, dtype), err_msg=name)


@pytest.mark.filterwarnings("ignore:The `lr` argument")
@pytest.mark.parametrize("case", CASES)
def test_variables_and_their_order(case):
    """But for the momentum that the newer SGD has and does not use."""
    theirs = [k for k in RECORDED[case]["float32"] if k not in ("w0", "w1", "w2", "w3")]
    if CASES[case][0] == "SGD" and not CASES[case][1].get("momentum"):
        theirs = [k for k in theirs if not k.startswith("m/")]
    _, optimizer = run(case, "float32")
    assert [v.name.removesuffix(":0") for v in optimizer.variables] == theirs
