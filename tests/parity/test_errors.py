"""Bad input against tf.keras: what raises there raises here, with the same kind of exception; what works works."""

import numpy as np
import pytest

from tests.parity import snippets
from tests.parity.recording import recorded

RECORDED = recorded("errors")["errors"]

# TensorFlow's own exceptions, as the Python ones that pyseq raises.
KINDS = {
    "InvalidArgumentError": ("ValueError",),
    "ValueError": ("InvalidArgumentError",),
    "UnimplementedError": ("ValueError", "TypeError"),
}

# Where pyseq means to differ: name -> (what it does, why).
BETTER = {
    "unknown loss at compile": ("ValueError", "a misspelt name is an error where it was written"),
    "unknown metric at compile": ("ValueError", "a misspelt name is an error where it was written"),
    "unknown metric": ("ValueError", "tf.keras: TypeError, 'str' object is not callable"),
    "metric get unknown": ("ValueError", "tf.keras hands the string back"),
    "unknown regularizer": ("ValueError", "tf.keras hands the string back and fails when it is called"),
    "batch size 0": ("ValueError", "tf.keras takes 0 for none given"),
    "validation frequency 0": ("ValueError", "tf.keras: ZeroDivisionError"),
    "units 0": ("ValueError", "a layer without units"),
    "units text": (("ValueError", "TypeError"), "a type error by right"),
    "units float": (("Dense", "TypeError", "ValueError"), "any of them"),
    "none": (("ValueError", "TypeError"), "a type error by right"),
    "validation one item": (("ValueError", "History"), "validation without labels says nothing about a loss"),
    "list input": (("ValueError", "History"), "lists work (the issue asks for it)"),
    "batch size text": (("ValueError", "TypeError"), "a type error by right"),
    "input_shape number": (("ValueError", "TypeError", "Sequential"), "a number is read as (number,)"),
    "sgd two clips": (("ValueError", "SGD"), "tf.keras's documentation forbids it, its code does not"),
    "sgd negative clip": (("ValueError", "SGD"), "means nothing"),
    "adagrad start negative": (("ValueError", "Adagrad"), "older versions of tf.keras refused it"),
    "top k larger than classes": ("Tensor", "tf.keras fails on the float64 of the arrays, not on k"),
    "softmax vector": (("Tensor", "ValueError"), "tf.keras fails by accident"),
    "apply no gradients": (("NoneType", "Variable", "ValueError", "Tensor"), "nothing to do"),
    "split too small": (("ValueError", "History"), "a validation set without samples"),
    "activation get number": (("ValueError", "TypeError"), "a type error by right"),
}
SAME = {"ResourceVariable": "Variable", "EagerTensor": "Tensor"}


@pytest.mark.parametrize("name", snippets.ERRORS)
def test_bad_input(keras, name):
    expected = RECORDED[name]
    got = snippets.run_error(keras, np, expected["code"])
    outcome = got.get("raises") or got["returns"]
    if name in BETTER:
        allowed = BETTER[name][0]
        assert outcome in ((allowed,) if isinstance(allowed, str) else allowed), got
        return
    wanted = expected.get("raises") or SAME.get(expected["returns"], expected["returns"])
    assert outcome == wanted or outcome in KINDS.get(wanted, ()), got
    if "raises" in got:
        assert len(got["message"]) > 20  # says something
    elif "loss" in expected:
        assert (
            [str(v) for v in got["loss"]] == ["nan"]
            if expected["loss"] == ["nan"]
            else got["loss"] == pytest.approx(expected["loss"], rel=1e-3)
        )
