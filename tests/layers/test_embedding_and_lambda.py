"""Embedding: rows and their gradients. Lambda: what is saved of a function. Both: what they refuse."""

import numpy as np
import pytest

import pyseq
import pyseq.tf as tf
from pyseq import backend as K  # noqa: N812
from pyseq import layers

IDS = np.array([[1, 2, 1], [0, 1, 3]])


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "float32", "bool"])
def test_embedding_of_every_type(dtype):
    layer = layers.Embedding(4, 3)
    y = layer((IDS % 2 if dtype == "bool" else IDS).astype(dtype)).numpy()
    np.testing.assert_array_equal(y, layer.get_weights()[0][IDS % 2 if dtype == "bool" else IDS])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gradients_of_a_row_accumulate(dtype):
    layer = layers.Embedding(5, 3, dtype=dtype)
    dy = np.arange(18.0).reshape(2, 3, 3)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(IDS) * tf.constant(dy, dtype=dtype))
    expected = np.zeros((5, 3))
    np.add.at(expected, IDS, dy)
    got = tape.gradient(loss, layer.embeddings)
    assert got.dtype == dtype
    np.testing.assert_array_equal(got.numpy(), expected)


def test_embedding_trains_in_a_plan_as_eagerly():
    def fit(run_eagerly):
        pyseq.random.set_seed(2)
        model = pyseq.Sequential([layers.Embedding(20, 4, input_length=6), layers.Flatten(), layers.Dense(1)])
        model.compile("adam", "mse", run_eagerly=run_eagerly)
        x = (np.arange(120) * 7 % 20).reshape(20, 6)
        model.fit(x, x.mean(1), batch_size=8, epochs=3, shuffle=False, verbose=0)
        assert model.output_shape == (None, 1)
        return model.get_weights()

    for a, b in zip(fit(False), fit(True), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("run", "error", "message"),
    [(lambda: layers.Embedding(0, 2), ValueError, "positive.*input_dim = 0"),
     (lambda: layers.Embedding(3.5, 2), TypeError, "input_dim=3.5"),
     (lambda: layers.Embedding(3, 2, sparse=True), ValueError, "sparse"),
     (lambda: layers.Embedding(3, 2)(IDS), IndexError, r"\[0, 3\).*3"),
     (lambda: layers.Embedding(3, 2)(-IDS), IndexError, r"\[0, 3\).*-"),
     (lambda: layers.Embedding(3, 2, input_length=4).compute_output_shape((None, 5)), ValueError, '"input_length" is 4'),
     (lambda: layers.Lambda(3), TypeError, "function=3"),
     (lambda: layers.Lambda(abs, output_shape="x"), TypeError, "output_shape='x'")],
)  # fmt: skip
def test_errors(run, error, message):
    with pytest.raises(error, match=message):
        run()


def test_numbers_outside_the_table_in_training():
    model = pyseq.Sequential([layers.Embedding(3, 2, input_length=3), layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(IndexError, match=r"\[0, 3\).*Received: 3"):
        model.fit(IDS, np.ones(2), verbose=0)


# ---------------------------------------------------------------------------------------------- Lambda


@pyseq.utils.register_keras_serializable(package="tests.layers")
def doubled(x, factor=2.0):
    return x * factor


def shifted(x):
    return x + 1.0


def only_batch(shape):
    return (shape[0], 7)


def test_lambda_shapes():
    assert layers.Lambda(shifted).compute_output_shape((None, 5)) == (None, 5)
    assert layers.Lambda(lambda x: x[:, 0]).compute_output_shape((None, 5, 2)) == (None, 2)
    assert layers.Lambda(shifted, output_shape=3).compute_output_shape((None, 5)) == (None, 3)
    assert layers.Lambda(shifted, output_shape=(3, 4)).compute_output_shape((None, 5)) == (None, 3, 4)
    assert layers.Lambda(shifted, output_shape=only_batch).compute_output_shape((None, 5)) == (None, 7)
    assert layers.Lambda(lambda xs: xs[0]).compute_output_shape([(None, 5), (None, 2)]) == (None, 5)


def test_lambda_is_told_training_and_mask():
    told = []
    layer = layers.Lambda(lambda x, training, mask: told.append((training, mask is not None)) or x)
    layer(np.ones((2, 3, 1)), training=True)
    layer(layers.Masking()(np.ones((2, 3, 1))))
    assert told == [(True, False), (None, True)]


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_saved_by_name(tmp_path, ending):
    model = pyseq.Sequential(
        [layers.Input((4,)), layers.Lambda(doubled, arguments={"factor": 3.0}), layers.Lambda(shifted)]
    )
    path = tmp_path / f"model{ending}"
    model.save(path)
    x = np.ones((2, 4), "f4")
    again = pyseq.models.load_model(path, custom_objects={"shifted": shifted})
    np.testing.assert_array_equal(again.predict(x, verbose=0), x * 3 + 1)
    with pytest.raises(ValueError, match="`function` must be known by its name. Received: 'shifted'"):
        pyseq.models.load_model(path)


def test_code_is_neither_written_nor_read(tmp_path):
    model = pyseq.Sequential([layers.Input((4,)), layers.Lambda(lambda x: x * 2)])
    with pytest.warns(UserWarning, match="lambda is saved as its name alone"):
        model.save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match="Received: '<lambda>'"):
        pyseq.models.load_model(tmp_path / "model.keras")
    of_tf_keras = {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None, "closure": None}}
    for code in (of_tf_keras, ["4wEAAAA=", None, None]):
        with pytest.raises(ValueError, match="kept as code, which is not run"):
            layers.Lambda.from_config({"name": "l", "function": code, "function_type": "lambda", "module": "m"})


def test_clone_shares_the_function():
    model = pyseq.Sequential([layers.Input((4,)), layers.Lambda(lambda x: x * 2)])
    x = np.ones((2, 4), "f4")
    np.testing.assert_array_equal(pyseq.models.clone_model(model)(x).numpy(), x * 2)


def _with_backend(mean, log_variance):
    shape = K.shape(mean)
    return K.random_normal(shape=(shape[0], K.int_shape(mean)[1])) * K.exp(0.5 * log_variance) + mean


def _with_tensorflow(mean, log_variance):
    return tf.random.normal(tf.shape(mean)) * tf.exp(0.5 * log_variance) + mean


@pytest.mark.parametrize("draw", [_with_backend, _with_tensorflow])
def test_sampling_in_a_lambda_draws_anew_for_any_batch_size(draw):
    """The middle of a variational autoencoder."""
    x = pyseq.Input((3,))
    mean, log_variance = (layers.Dense(2, kernel_initializer="zeros")(x) for _ in range(2))
    z = layers.Lambda(lambda given: draw(*given), output_shape=(2,))([mean, log_variance])
    model = pyseq.Model(x, z)
    assert model.output_shape == (None, 2)
    drawn = [model.predict(np.ones((n, 3)), verbose=0) for n in (70, 70, 5)]  # batches of 32, 32, 6; and of 5
    assert [len(d) for d in drawn] == [70, 70, 5]
    assert len(np.unique(np.concatenate(drawn))) == 2 * 145  # no number comes twice
    called = [model(np.ones((4, 3), "float32")).numpy() for _ in range(6)]  # by a plan from the third call on
    assert len(np.unique(called)) == 6 * 8
    model.compile(pyseq.optimizers.SGD(0.0), "mse")
    losses = [model.train_on_batch(np.ones((8, 3)), np.zeros((8, 2))) for _ in range(6)]
    assert len(set(losses)) == 6
