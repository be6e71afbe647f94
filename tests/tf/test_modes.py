"""What was recorded of the TensorFlow face (make_tf.py), in every mode: planned, of shapes alone, by several threads; and the
gradients against central differences, to second order."""

import numpy as np
import pytest
from pyseq.core.engine import SymbolicError

import pyseq.tf as tf
from pyseq.core import shapes_only
from tests.gradcheck import check_vjp
from tests.ops.proofs import bits, check_modes, flat
from tests.tf.make_tf import DIFFERENTIATED, A, B, P

# Not at a kink, where differences say something else; all different, so that sorting is stable.
X = A.astype("float64") + np.array([[0.011, 0.023, 0.037], [0.041, 0.053, 0.067]])
KNOWN = ("x[x > 0]",)  # the shape of the result depends on the values
NAMES = {"tf": tf, "np": np}


def function_of(text, dtype):
    code = compile(text, "<expression>", "eval")
    names = {**NAMES, "B": B.astype(dtype), "P": P.astype(dtype)}
    return lambda x: eval(code, {**names, "x": x})


@pytest.mark.parametrize("text", DIFFERENTIATED)
def test_same_bits_in_each_mode(text):
    f = function_of(text, "float32")
    planned = not text.startswith(KNOWN)
    check_modes(f, (A,), bits(flat(f(tf.constant(A)))), planned)
    if not planned:
        with pytest.warns(UserWarning, match="the shape of the result depends on the values"):
            assert bits(flat(tf.function(f)(A))) == bits(flat(f(tf.constant(A))))
        with shapes_only(), pytest.raises(SymbolicError, match="the shape of the result depends on the values"):
            f(tf.constant(A) * 1.0)


OTHERWISE = (  # constants for gradients, element types that change, labels that do not sum to 1
    "tf.stop_gradient(x) * x", "tf.cast(tf.cast(x, tf.float64) * 2, 'float32')",
    "tf.nn.softmax_cross_entropy_with_logits(P, x, axis=0)",
)  # fmt: skip


@pytest.mark.parametrize("text", [t for t in DIFFERENTIATED if t not in OTHERWISE])
def test_derivatives(text):
    f = function_of(text.replace("tf.eye(2)", "tf.eye(2, dtype=x.dtype)"), "float64")
    check_vjp(f, X, second=True, directions=2, rtol=1e-5)
