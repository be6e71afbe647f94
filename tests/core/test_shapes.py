"""Shapes of tensors: TensorShape, what it has in common with tuples and with tf.TensorShape."""

import copy
import json
import pickle

import numpy as np
import pytest

import pyseq as keras
import pyseq.tf as tf
from pyseq.core import as_tensor
from pyseq.core.dimension import Dimension
from pyseq.core.tensor_shape import TensorShape

X = tf.zeros((2, 3))
V = tf.Variable(X)


def unknown():
    return keras.Input((4,))


@pytest.mark.parametrize("x", [X, V, X + 1.0, tf.zeros((2, 3), "int32")])
def test_tensors_give_out_shapes(x):
    assert type(x.shape) is TensorShape and x.shape == (2, 3) and x.get_shape() is x.shape
    assert x.shape is x.shape  # made once
    assert repr(x.shape) == "TensorShape([2, 3])" and f"{x.shape}" == str(x.shape) == "(2, 3)"
    assert x.shape.as_list() == [2, 3] and type(x.shape.as_list()) is list
    assert (x.shape.rank, x.shape.ndims, len(x.shape), x.shape.num_elements()) == (2, 2, 2, 6)


def test_keras_tensors_give_out_shapes():
    k = unknown()
    assert type(k.shape) is TensorShape and k.get_shape() is k.shape and k.shape == [None, 4]
    assert k.shape.rank == 2 and k.shape.num_elements() is None and not k.shape.is_fully_defined()
    assert type(keras.layers.Dense(3)(k).shape) is TensorShape
    k.set_shape((5, None))
    assert k.shape == (5, 4) and k.shape.is_fully_defined()


def test_a_scalar():
    assert tf.constant(1.0).shape == () and repr(tf.constant(1.0).shape) == "TensorShape([])"
    assert tf.constant(1.0).shape.num_elements() == 1 and tf.constant(1).shape.rank == 0


@pytest.mark.parametrize("other", [(2, 3), [2, 3], TensorShape([2, 3]), TensorShape((np.int64(2), Dimension(3)))])
def test_equality(other):
    assert X.shape == other and other == X.shape and not X.shape != other and not other != X.shape
    assert X.shape[:1] != other and other != X.shape[:1]


def test_unequal_to_others():
    assert X.shape != 5 and X.shape != None and X.shape != "ab" and X.shape != [2, 4]  # noqa: E711
    assert unknown().shape == (None, 4)


def test_hash_is_that_of_the_tuple():
    assert {(2, 3): "found"}[X.shape] == "found" and {X.shape: "found"}[(2, 3)] == "found"
    assert (2, 3) in {X.shape}


def test_items_and_slices():
    assert X.shape[0] == 2 and type(X.shape[0]) is int and X.shape[-1] == 3 and X.shape[np.int64(1)] == 3
    for part, wanted in ((X.shape[1:], [3]), (X.shape[::-1], [3, 2]), (X.shape[5:], []), (X.shape[:], [2, 3])):
        assert type(part) is TensorShape and part.as_list() == wanted
    with pytest.raises(IndexError):
        X.shape[2]
    with pytest.raises(TypeError):
        X.shape["a"]
    n, m = X.shape
    assert (n, m) == (2, 3) and [*X.shape] == [2, 3] and 3 in X.shape and tuple(X.shape) == (2, 3)


@pytest.mark.parametrize("x", [(1,), [1], TensorShape(1), (np.int32(1),)])
def test_sums(x):
    assert type(X.shape + x) is type(x + X.shape) is TensorShape
    assert (X.shape + x).as_list() == [2, 3, 1] and (x + X.shape).as_list() == [1, 2, 3]
    assert all(type(n) is int for n in X.shape + x)


def test_sums_with_what_is_no_size():
    assert [-1] + X.shape[1:] == (-1, 3) and tf.reshape(X, [-1] + X.shape[1:]).shape == (2, 3)
    assert type(X.shape + (X,)) is tuple
    with pytest.raises(TypeError):
        X.shape + 1
    assert np.array_equal(X.shape + np.array([1, 1]), [3, 4])


def test_joining():
    k = unknown().shape
    assert (
        repr(k.concatenate((1,))) == "TensorShape([None, 4, 1])"
        and repr(k.concatenate(2)) == "TensorShape([None, 4, 2])"
    )
    assert k.merge_with((5, 4)) == (5, 4) and k.merge_with(None) == k
    assert k.most_specific_compatible_shape((3, 5)) == (None, None) and k.most_specific_compatible_shape((3,)) is None
    assert X.shape.most_specific_common_supertype([(2, 4), (2, 3)]) == (2, None)
    assert X.shape.is_subtype_of((None, 3)) and not TensorShape([None, 3]).is_subtype_of((2, 3))
    assert X.shape.is_compatible_with((None, 3)) and not X.shape.is_compatible_with((2,))
    assert X.shape.with_rank(2) is X.shape and X.shape.with_rank_at_least(2) is X.shape.with_rank_at_most(2)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: unknown().shape.merge_with((5, 3)), r"Shapes \(None, 4\) and \(5, 3\) are not compatible"),
        (lambda: X.shape.merge_with((2,)), "not compatible"),
        (lambda: X.shape.assert_is_compatible_with((2, 4)), r"Shapes \(2, 3\) and \(2, 4\) are incompatible"),
        (lambda: unknown().shape.assert_is_fully_defined(), r"Shape \(None, 4\) is not fully defined"),
        (lambda: X.shape.assert_has_rank(3), r"Shape \(2, 3\) must have rank 3"),
        (lambda: X.shape.assert_same_rank((1,)), r"Shapes \(2, 3\) and \(1,\) must have the same rank"),
        (lambda: X.shape.with_rank_at_least(3), "must have rank at least 3"),
        (lambda: X.shape.with_rank_at_most(1), "must have rank at most 1"),
        (lambda: TensorShape([2, -1]), "at least 0"),
    ],
)
def test_contradictions(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()


@pytest.mark.parametrize("dims", ["ab", [2.5], [2.0], 2.0, object()])
def test_what_is_no_size(dims):
    with pytest.raises(TypeError, match="TensorShape: `dims`"):
        TensorShape(dims)


def test_copies():
    for made in (pickle.loads(pickle.dumps(X.shape)), copy.copy(X.shape), copy.deepcopy(X.shape)):
        assert type(made) is TensorShape and made == (2, 3)
    assert json.dumps(X.shape) == "[2, 3]"
    assert tf.constant(X.shape).numpy().tolist() == [2, 3] and np.zeros(X.shape).shape == (2, 3)


def test_dims():
    two, none = TensorShape([2, None]).dims
    assert repr([two, none]) == "[Dimension(2), Dimension(None)]" and f"{two}{none}" == "2?"
    assert two.value == 2 and int(two) == 2 and two == 2 and two != 3 and two < 3 and (two == none) is None
    assert repr((two + 1, 5 - two, two * none)) == "(Dimension(3), Dimension(3), Dimension(None))"
    assert none.merge_with(3) == 3 and two.is_compatible_with(None) and pickle.loads(pickle.dumps(two)) == 2
    with pytest.raises(ValueError, match="not compatible"):
        two.merge_with(3)
    with pytest.raises(TypeError, match="not known"):
        int(none)
    with pytest.raises(TypeError):
        hash(two)
    assert two != "a"


def test_layers_get_and_give_shapes():
    seen = []

    class Own(keras.layers.Layer):
        def build(self, input_shape):
            seen.append(input_shape)

        def call(self, inputs):
            seen.append(inputs.shape)
            return inputs

    layer = Own()
    layer(unknown())
    Own()(X)
    keras.Sequential([Own()]).build((None, 3))
    assert {type(s) for s in seen} == {TensorShape} and seen[0].as_list() == [None, 4]
    for shape in (keras.layers.Dense(3).compute_output_shape((None, 2)), layer.compute_output_shape((None, 2))):
        assert type(shape) is TensorShape
    assert repr(layer.input_shape) == "(None, 4)" and repr(keras.backend.int_shape(unknown())) == "(None, 4)"


def test_ops_take_shapes_for_tuples():
    """The engine is typed: what it is given may be a shape where it is written for tuples."""
    assert as_tensor(np.arange(6.0)).reshaped(X.shape).shape == (2, 3)
    with tf.GradientTape() as tape:
        tape.watch(X)
        y = X * X
    assert tape.batch_jacobian(y, X).shape == (2, 3, 3)


def test_old_names():
    assert tf.compat.dimension_value(X.shape[0]) == tf.compat.v1.dimension_value(X.shape.dims[0]) == 2
    assert tf.compat.dimension_at_index(X.shape, 1) == tf.compat.v1.Dimension(3)
    assert tf.compat.dimension_value(None) is None
