"""keras.backend and TensorFlow's functions about control flow, checks and the process, against recordings (make_faces.py)."""

import json
from pathlib import Path

import numpy as np
import pytest

import pyseq.tf as tf
from tests.tf.make_faces import evaluate, signatures

RECORDED = json.loads(Path(__file__).with_name("faces.json").read_text())
# Ops raise InvalidArgumentError, which is a ValueError, too; graphs are not there at all.
ERRORS = {
    "InvalidArgumentError": {"InvalidArgumentError", "InvalidIndexError", "InvalidTypeError"},
    "ValueError": {"ValueError", "InvalidArgumentError"},
    "RuntimeError": {"RuntimeError", "NotImplementedError"},
}
# More than TensorFlow does.
WORKS = {
    "tf.debugging.assert_shapes([(c(A), ('...', 3)), (c(B345), (2, '*'))])",
    "tf.py_function(lambda x: x.numpy().tolist(), [c(A)], tf.float64)",  # TensorFlow gives the first row alone
}
# Not there in this version; the error says what is nearest.
ABSENT = {
    "keras.backend": "local_conv1d local_conv2d rnn ctc_decode ctc_label_dense_to_sparse",
    "config.experimental": "get_device_policy set_device_policy disable_mlir_bridge enable_mlir_bridge",
    "random": "all_candidate_sampler fixed_unigram_candidate_sampler learned_unigram_candidate_sampler "
    "log_uniform_candidate_sampler uniform_candidate_sampler stateless_parameterized_truncated_normal",
}
ABSENT = {f"{path}.{name}" for path, names in ABSENT.items() for name in names.split()}


def assert_same(ours, theirs, text):
    if isinstance(theirs, list):
        assert len(ours) == len(theirs), text
        for a, b in zip(ours, theirs, strict=True):
            assert_same(a, b, text)
    elif isinstance(theirs, dict) and "error" in theirs:
        assert ours["error"] in ERRORS.get(theirs["error"], {theirs["error"]}), text
    elif isinstance(theirs, dict):
        assert (ours["dtype"], ours["shape"]) == (theirs["dtype"], theirs["shape"]), text
        # float32: a few roundings, 6e-8 each, of values up to about 40
        np.testing.assert_allclose(ours["values"], theirs["values"], rtol=3e-6, atol=3e-6, err_msg=text)
    else:
        assert ours == theirs, text


@pytest.mark.parametrize("text", [t for t in RECORDED["values"] if t not in WORKS])
def test_value(text):
    assert_same(evaluate(tf, text), RECORDED["values"][text], text)


@pytest.mark.parametrize("path", RECORDED["signatures"])
def test_signature(path):
    ours = signatures(tf).get(path)
    if path in ABSENT:
        assert ours is None, f"{path} is there: take it off the list"
        holder = tf
        for part in path.split(".")[:-1]:
            holder = getattr(holder, part)
        with pytest.raises(AttributeError, match=path.split(".")[-1]):
            getattr(holder, path.split(".")[-1])
        return
    assert ours is not None, f"{path} is missing"
    assert ours == RECORDED["signatures"][path]
