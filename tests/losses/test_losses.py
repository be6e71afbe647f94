"""Losses: what the recordings of tf.keras (tests/parity) do not ask."""

import numpy as np
import pytest

from pyseq import losses
from pyseq.core import GradientTape, Variable, as_tensor
from pyseq.losses.shapes import match_batch


def test_lists_arrays_and_tensors_give_the_same():
    y, p = [[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]
    expected = losses.binary_crossentropy(as_tensor(y), as_tensor(p)).numpy()
    assert expected.dtype == "float32" and expected.shape == (2,)
    np.testing.assert_array_equal(losses.binary_crossentropy(y, p).numpy(), expected)
    np.testing.assert_array_equal(losses.binary_crossentropy(np.array(y), np.array(p, "float32")).numpy(), expected)
    assert losses.binary_crossentropy(np.array(y), np.array(p)).dtype == "float64"


def test_vectors_give_a_scalar():
    assert losses.categorical_crossentropy([1, 0], [0.6, 0.4]).shape == ()
    assert losses.mean_squared_error([1.0, 2.0], [1.0, 3.0]).numpy() == 0.5


def test_integer_predictions_are_read_as_floats():
    assert losses.mean_squared_error([[0, 1]], [[1, 1]]).numpy() == 0.5


def test_the_type_is_that_of_the_predictions():
    y = losses.MeanSquaredError()(np.ones((2, 3)), np.ones((2, 3), "float32"))
    assert y.dtype == "float32" and y.shape == ()


def test_no_losses_are_zero():
    assert losses.MeanSquaredError()(np.ones((0, 3), "float32"), np.ones((0, 3), "float32")).numpy() == 0.0


def test_gradient_through_weights_and_reduction():
    w = Variable(np.array([[1.0], [2.0], [3.0]], "float32"))
    with GradientTape() as tape:
        loss = losses.MeanAbsoluteError(reduction="sum")(as_tensor([[0.0]] * 3), w, sample_weight=[1.0, 0.0, 2.0])
    np.testing.assert_array_equal(tape.gradient(loss, w).numpy(), [[1.0], [0.0], [2.0]])


def test_tensors_lose_a_last_axis_of_one():
    loss = losses.MeanSquaredError(reduction="none")
    assert (
        loss(as_tensor([1.0, 2.0, 3.0]), as_tensor([[1.0], [2.0], [4.0]])).shape == ()
    )  # as tf.keras: the mean of all
    y_true, y_pred, w = match_batch(np.array([1, 2, 3]), as_tensor([[1.0], [2.0], [4.0]]), np.ones(3))
    assert (y_true.shape, y_pred.shape, w.shape) == ((3, 1), (3, 1), (3, 1))
    assert y_true.dtype == "int64" and w.dtype == "float32"
    assert match_batch(np.ones(3), as_tensor(np.ones((3, 1), "float32")))[0].dtype == "float32"


def test_own_loss():
    class Cubed(losses.Loss):
        def call(self, y_true, y_pred):
            return abs(y_true - y_pred) ** 3.0

    loss = Cubed(name="cubed")
    assert loss(as_tensor([0.0, 0.0]), as_tensor([1.0, 2.0])).numpy() == 4.5
    assert loss.get_config() == {"reduction": "auto", "name": "cubed"}
    assert Cubed.from_config(loss.get_config()).name == "cubed"
    assert isinstance(losses.deserialize(losses.serialize(loss), custom_objects={"Cubed": Cubed}), Cubed)
    with pytest.raises(NotImplementedError, match="call"):
        losses.Loss()([1.0], [1.0])


def test_wrapped_function():
    def error(y_true, y_pred, scale=1.0):
        return (y_true - y_pred) * scale

    loss = losses.LossFunctionWrapper(error, name="error", reduction="sum", scale=3.0)
    assert loss(as_tensor([2.0]), as_tensor([1.0])).numpy() == 3.0
    assert loss.get_config()["scale"] == 3.0


@pytest.mark.parametrize("wrong", ["average", "SUM", 3])
def test_unknown_reduction(wrong):
    with pytest.raises(ValueError, match="`reduction` must be one of"):
        losses.MeanSquaredError(reduction=wrong)


def test_keras_3_reductions():
    assert losses.MeanSquaredError(reduction="mean").reduction == "sum_over_batch_size"
    assert losses.MeanSquaredError(reduction=None).reduction == "none"
    assert losses.Reduction.SUM == "sum" and len(losses.Reduction.all()) == 4


def test_unknown_name_lists_the_closest():
    with pytest.raises(ValueError, match="mean_squared_error"):
        losses.get("mean_square_error")
    with pytest.raises(ValueError, match="mse"):
        losses.get("msee")
    with pytest.raises(ValueError, match="interpret"):
        losses.get(3)


def test_get():
    assert losses.get("mse") is losses.mean_squared_error is losses.mse is losses.MSE
    assert isinstance(losses.get("MeanSquaredError"), losses.MeanSquaredError)
    assert losses.get(None) is None
    made = losses.get({"class_name": "BinaryCrossentropy", "config": {"from_logits": True}})
    assert made.get_config()["from_logits"] is True


@pytest.mark.parametrize("smoothing", [-0.1, 1.5])
def test_label_smoothing_range(smoothing):
    with pytest.raises(ValueError, match="`label_smoothing` must be in"):
        losses.categorical_crossentropy([[1.0, 0.0]], [[0.5, 0.5]], label_smoothing=smoothing)


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError):
        losses.mean_squared_error(np.ones((2, 3), "float32"), np.ones((2, 4), "float32"))
    with pytest.raises(ValueError):
        losses.MeanSquaredError()(np.ones((2, 3), "float32"), np.ones((2, 3), "float32"), sample_weight=[1.0, 2.0, 3.0])
    with pytest.raises(ValueError):
        losses.categorical_crossentropy(np.ones((2, 3), "float32"), np.ones((2, 4), "float32"))


def test_hinge_reads_zeros_and_ones_as_signs():
    zeros = losses.hinge([[0.0, 1.0]], [[-2.0, 0.5]]).numpy()
    np.testing.assert_array_equal(zeros, losses.hinge([[-1.0, 1.0]], [[-2.0, 0.5]]).numpy())
    np.testing.assert_array_equal(losses.hinge([[0.0, -1.0]], [[-2.0, 0.5]]).numpy(), [1.25])


def test_log_cosh_of_large_differences():
    assert losses.log_cosh([0.0], [1000.0]).numpy() == pytest.approx(1000.0 - np.log(2.0))
    assert losses.log_cosh([1000.0], [0.0]).numpy() == pytest.approx(1000.0 - np.log(2.0))
