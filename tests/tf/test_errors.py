"""Errors of ops: what catches them, and what they say."""

import builtins
import json
import pickle

import numpy as np
import pytest

import pyseq.tf as tf
from tests.tf.wrong_calls import CALLS, RECORDED, raised

KINDS = json.loads(RECORDED.read_text())
PYTHONS = {"InvalidArgumentError": (ValueError, IndexError, TypeError)}  # what catches them besides


@pytest.mark.parametrize("call", CALLS)
def test_kind(call):
    error, kind = raised(tf, call), KINDS[call]
    theirs = getattr(tf.errors, kind, None) or getattr(builtins, kind)
    assert isinstance(error, theirs), repr(error)
    assert isinstance(error, PYTHONS.get(kind, theirs))
    assert kind in ("StopIteration", "OutOfRangeError") or len(str(error)) > 20


@pytest.mark.parametrize("kind", [ValueError, IndexError, tf.errors.InvalidArgumentError, tf.errors.OpError])
def test_an_index_out_of_range_is_caught_by(kind):
    with pytest.raises(kind, match=r"gather: `indices` must be in \[0, 2\)"):
        tf.gather(tf.ones((2, 3)), [2])


@pytest.mark.parametrize("kind", [ValueError, TypeError, tf.errors.InvalidArgumentError])
def test_another_element_type_is_caught_by(kind):
    with pytest.raises(kind, match="one dtype"):
        tf.ones(2) + tf.ones(2, "int32")


def test_in_a_plan():
    f = tf.function(lambda x, i: tf.gather(x, i))
    assert f(tf.range(3), tf.constant([2])).numpy() == [2]
    with pytest.raises(tf.errors.InvalidArgumentError, match="gather"):
        f(tf.range(3), tf.constant([3]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="matmul"):
        tf.function(tf.matmul)(tf.ones((2, 3)), tf.ones((2, 3)))


def test_a_model_says_so_too():
    model = tf.keras.Sequential([tf.keras.layers.Embedding(3, 2), tf.keras.layers.Dense(1)])
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"must be in \[0, 3\)"):
        model.predict(np.array([[5]]))


def test_errors_go_through_pickle_and_have_their_parts():
    error = raised(tf, "tf.gather(A,[9])")
    for e in (error, pickle.loads(pickle.dumps(error))):
        assert e.message == str(e) and "gather" in str(e) and e.error_code == tf.errors.INVALID_ARGUMENT
        assert e.node_def is None and e.op is None
    assert issubclass(tf.errors.NotFoundError, FileNotFoundError)
    own = tf.errors.OutOfRangeError(None, None, "over")
    assert (own.message, own.error_code, str(own)) == ("over", tf.errors.OUT_OF_RANGE, "over")
