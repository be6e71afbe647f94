"""BatchNormalization in the cases of batch_cases.py against tf.keras 2.15, in plans and eagerly."""

import numpy as np
import pytest

import pyseq
import pyseq.tf as tf
from pyseq import layers
from tests.layers import batch_cases as cases
from tests.parity.recording import recorded

RECORDED = recorded("batch_normalization")["cases"]


@pytest.mark.filterwarnings("ignore:Layer .* masks are not supported")
@pytest.mark.parametrize("eagerly", [False, True])
@pytest.mark.parametrize("name", cases.CASES)
def test_as_tf_keras(name, eagerly):
    tf.config.run_functions_eagerly(eagerly)
    try:
        got = cases.run(tf, name)
    finally:
        tf.config.run_functions_eagerly(False)
    close = {"rtol": 2e-3, "atol": 2e-3} if name == "float16" else {"rtol": 2e-5, "atol": 1e-5}
    for g, w in zip(got, RECORDED[name], strict=True):
        assert g.shape == w.shape and g.dtype == w.dtype
        np.testing.assert_allclose(g, w, **close)


def test_mask_of_the_fused_layer_is_ignored_aloud():
    with pytest.warns(UserWarning, match="mask is ignored.*fused=False"):
        layers.BatchNormalization()(cases.IMAGES, training=True, mask=cases.PIXEL_MASK)


def test_empty_batch_leaves_the_averages():
    """tf.keras's become NaN."""
    for x in (cases.ROWS[:0], cases.IMAGES[:0]):
        layer = layers.BatchNormalization()
        assert layer(x, training=True).shape == x.shape
        np.testing.assert_array_equal(layer.get_weights()[2:], [[0] * 5, [1] * 5])


def test_frozen_inside_a_frozen_model():
    inner = pyseq.Sequential([layers.Input((5,)), layers.BatchNormalization()])
    inner.trainable = False
    model = pyseq.Sequential([inner, layers.Dense(1)])
    model.compile("sgd", "mse")
    before = inner.get_weights()
    model.fit(cases.ROWS, np.ones((6, 1)), verbose=0)
    for a, b in zip(inner.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_synchronized_by_its_older_name(tmp_path):
    old = layers.experimental.SyncBatchNormalization(momentum=0.5)
    new = layers.BatchNormalization(momentum=0.5, synchronized=True)
    assert old.name.startswith("sync_batch_normalization")
    assert {**old.get_config(), "name": new.name} == new.get_config()
    np.testing.assert_array_equal(old(cases.IMAGES, training=True), new(cases.IMAGES, training=True))
    for a, b in zip(old.get_weights(), new.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    node = layers.serialize(old)
    assert (node["module"], node["registered_name"]) == ("keras.layers.experimental", None)
    with pytest.raises(TypeError, match="synchronized"):
        layers.experimental.SyncBatchNormalization(synchronized=False)
    model = pyseq.Sequential([layers.Input((5,)), layers.experimental.SyncBatchNormalization()])
    for ending in (".keras", ".h5"):
        model.save(tmp_path / f"model{ending}")
        again = pyseq.models.load_model(tmp_path / f"model{ending}", compile=False)
        assert type(again.layers[-1]) is layers.experimental.SyncBatchNormalization
