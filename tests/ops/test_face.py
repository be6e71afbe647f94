"""keras.ops against recordings of Keras 3 (make_keras_ops.py)."""

import json
from pathlib import Path

import numpy as np
import pytest

import pyseq as keras
from pyseq import ops
from tests.ops.make_keras_ops import evaluate, signatures

RECORDED = json.loads(Path(__file__).with_name("keras_ops.json").read_text())


def assert_same(ours, theirs, text):
    if isinstance(theirs, list):
        assert isinstance(ours, list) and len(ours) == len(theirs), (text, ours)
        for a, b in zip(ours, theirs, strict=True):
            assert_same(a, b, text)
    elif isinstance(theirs, dict) and "values" in theirs:
        assert isinstance(ours, dict) and "values" in ours, (text, ours)
        # JAX has no 64 bits unless asked: integers are compared by kind
        kinds = [np.dtype(x["dtype"]).kind.replace("u", "i") for x in (ours, theirs)]
        assert kinds[0] == kinds[1] and ours["shape"] == theirs["shape"], (text, ours, theirs)
        if kinds[0] == "f":
            assert ours["dtype"] == theirs["dtype"], text
        # float32: some roundings, 6e-8 each; powers of 10 and matrices amplify them
        np.testing.assert_allclose(ours["values"], theirs["values"], rtol=2e-5, atol=4e-6, err_msg=text)
    else:
        assert ours == theirs, text


@pytest.mark.parametrize(
    "text", [t for t, v in RECORDED["values"].items() if not (isinstance(v, dict) and "error" in v)]
)
def test_value(text):
    assert_same(evaluate(ops, text), RECORDED["values"][text], text)


@pytest.mark.parametrize("name", sorted(signatures(ops)))
def test_signature(name):
    if name not in RECORDED["signatures"]:
        assert name == "mish"  # of pyseq alone
        return
    assert signatures(ops)[name] == [p for p in RECORDED["signatures"][name] if p[0] != "kwargs" or name == "einsum"]


def test_the_table_of_names_is_complete():
    from pyseq.ops import face

    for module, names in face.FACE.items():
        there = __import__(f"pyseq.ops.face.{module}", fromlist=["x"])
        public = {
            n for n, f in vars(there).items() if hasattr(f, "_symbolic_name") and f.__module__ == there.__name__
        } - {n for n in vars(there) if n.startswith("_")}
        assert public == set(names.split()), module


def test_modules_and_functions_of_one_name():
    assert ops.shape.reshape and ops.softmax.log_softmax and ops.shape(np.ones((2, 3))) == (2, 3)
    np.testing.assert_allclose(ops.softmax(np.zeros(2, "float32")).numpy(), [0.5, 0.5])
    assert ops.einsum.tensordot and ops.einsum("i,i->", [1, 2], [3, 4]).numpy() == 11
    with pytest.raises(AttributeError, match="'sofmax'.*Nearest: softmax"):
        ops.sofmax  # noqa: B018


def test_symbolic_tensors_make_layers():
    x = keras.Input((3,))
    y = ops.softmax(ops.add(ops.sin(x), 1.0))
    model = keras.Model(x, ops.concatenate([y, x], axis=-1))
    data = np.float32([[0.1, 0.2, 0.3]])
    np.testing.assert_allclose(
        model(data).numpy(), ops.concatenate([ops.softmax(ops.add(ops.sin(data), 1.0)), data], -1).numpy(), rtol=1e-6
    )
    again = type(model).from_config(model.get_config())
    np.testing.assert_array_equal(again(data).numpy(), model(data).numpy())


def test_gradients_and_plans():
    def f(x):
        return ops.sum(ops.normalize(ops.take(x, [2, -1, 0], axis=1)) * ops.tril(ops.ones((2, 3))) + ops.diagonal(x)[0])

    x = keras.convert_to_tensor(np.float64([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]]))

    def gradient(x):
        with keras.GradientTape() as tape:
            tape.watch(x)
            y = f(ops.cast(x, "float32"))
        return tape.gradient(y, x)

    np.testing.assert_array_equal(keras.function(gradient)(x).numpy(), gradient(x).numpy())
    assert gradient(x).numpy().any()
