"""Metrics: what the recordings of tf.keras (tests/parity) do not ask."""

import copy

import numpy as np
import pytest

from pyseq import metrics
from pyseq.core import Variable, as_tensor, shapes_only, symbolic


def test_call_updates_and_gives_the_result():
    m = metrics.Mean()
    assert m([1.0, 3.0]).numpy() == 2.0
    assert m(5.0).numpy() == 3.0
    assert [v.numpy() for v in m.variables] == [9.0, 3.0]


@pytest.mark.parametrize("reset", ["reset_state", "reset_states"])
def test_reset(reset):
    m = metrics.Mean()
    m.update_state([1, 2, 3])
    getattr(m, reset)()
    assert m.result().numpy() == 0.0
    m.update_state([10.0])
    assert m.result().numpy() == 10.0


def test_merge():
    a, b, c = metrics.BinaryAccuracy(), metrics.BinaryAccuracy(), metrics.BinaryAccuracy()
    a.update_state([[1], [0]], [[0.9], [0.9]])
    b.update_state([[1], [1]], [[0.9], [0.9]])
    c.merge_state([a, b])
    assert c.result().numpy() == 0.75
    with pytest.raises(ValueError, match="same kind"):
        c.merge_state([metrics.Sum()])


def test_weights_out_and_in():
    a, b = metrics.Mean(), metrics.Mean()
    a.update_state([1.0, 2.0])
    b.set_weights(a.get_weights())
    assert b.result().numpy() == 1.5
    with pytest.raises(ValueError, match="2 arrays"):
        b.set_weights([1.0])
    assert copy.deepcopy(a).result().numpy() == 1.5


def test_dtype_of_the_state():
    m = metrics.Mean(dtype="float64")
    m.update_state(np.array([0.1, 0.2]))
    assert m.result().dtype == "float64" and m.dtype == "float64"
    assert m.result().numpy() == pytest.approx(0.15, abs=1e-16)


def test_many_small_values_keep_their_sum():
    # A float32 sum of a million values one by one would lose the last digits; each batch is summed in float64.
    m = metrics.Mean()
    m.update_state(np.full(10**6, 0.1, "float32"))
    assert m.result().numpy() == pytest.approx(0.1, rel=1e-6)


def test_own_metric():
    class Positives(metrics.Metric):
        def __init__(self, name="positives", **kwargs):
            super().__init__(name=name, **kwargs)
            self.total = self.add_weight(name="total", initializer="zeros")
            self.extra = Variable([1.0, 2.0], trainable=False)
            self.mean = metrics.Mean()

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.total.assign_add(float(np.sum(np.asarray(y_true) > 0)))
            self.mean.update_state(y_pred)

        def result(self):
            return self.total.value()

    m = Positives()
    m.update_state([1, 0, 1], [0.5, 0.5, 0.5])
    assert m.result().numpy() == 2.0 and m.name == "positives"
    assert len(m.variables) == 4 and m.trainable_weights == []
    m.reset_state()
    assert m.result().numpy() == 0.0 and m.mean.count.numpy() == 0.0 and m.extra.numpy().tolist() == [0.0, 0.0]


def test_base_class():
    class Bare(metrics.Metric):
        pass

    assert Bare().name == "bare"
    with pytest.raises(NotImplementedError, match="update_state"):
        Bare().update_state(1)
    with pytest.raises(NotImplementedError, match="result"):
        Bare().result()
    with pytest.raises(TypeError, match="shape"):
        Bare(shape=3)


def test_function_becomes_a_mean():
    m = metrics.MeanMetricWrapper(lambda y, p: abs(y - p), name="spread")
    m.update_state([[1.0], [2.0]], [[2.0], [4.0]])
    assert m.result().numpy() == 1.5 and m.name == "spread"


SHAPES = [  # labels, predictions, function
    ((8, 1), (8, 1), "binary_accuracy"),
    ((8,), (8, 1), "binary_accuracy"),
    ((8, 3), (8, 3), "categorical_accuracy"),
    ((8,), (8, 3), "sparse_categorical_accuracy"),
    ((8, 1), (8, 3), "sparse_categorical_accuracy"),
    ((8, 5, 1), (8, 5, 3), "sparse_categorical_accuracy"),
    ((8, 5), (8, 5, 3), "sparse_categorical_accuracy"),
    ((8,), (8,), "categorical_accuracy"),
    ((1,), (1,), "binary_accuracy"),
]


@pytest.mark.parametrize("case", SHAPES, ids=str)
@pytest.mark.parametrize("spelling", ["accuracy", "acc", "Accuracy"])
def test_accuracy_by_shape(case, spelling):
    true_shape, pred_shape, name = case
    m = metrics.resolve(spelling, as_tensor(np.zeros(true_shape)), as_tensor(np.zeros(pred_shape)))
    assert m.name == spelling and m._fn is getattr(metrics, name)


@pytest.mark.parametrize("spelling", ["crossentropy", "ce"])
def test_crossentropy_by_shape(spelling):
    m = metrics.resolve(spelling, as_tensor(np.zeros(8)), as_tensor(np.zeros((8, 3))))
    assert m.name == spelling and m._fn is metrics.sparse_categorical_crossentropy


def test_resolve():
    y, p = as_tensor(np.zeros((8, 1))), as_tensor(np.zeros((8, 1)))

    def mine(y_true, y_pred):
        return y_pred

    m = metrics.Mean()
    assert metrics.resolve(m, y, p) is m
    assert metrics.resolve(None, y, p) is None
    assert metrics.resolve("mae", y, p).name == "mae"
    assert metrics.resolve(mine, y, p).name == "mine"
    assert metrics.resolve(metrics.mae, y, p).name == "mean_absolute_error"
    assert metrics.resolve("BinaryAccuracy", y, p).name == "binary_accuracy"
    assert isinstance(metrics.resolve(metrics.AUC if hasattr(metrics, "AUC") else metrics.Mean, y, p), metrics.Metric)
    with pytest.raises(ValueError, match="accuracy"):
        metrics.resolve("acuracy", y, p)


def test_get():
    assert metrics.get("mse") is metrics.mean_squared_error
    assert isinstance(metrics.get("SparseCategoricalAccuracy"), metrics.SparseCategoricalAccuracy)
    assert metrics.get(metrics.Mean).name == "mean"
    made = metrics.get({"class_name": "BinaryAccuracy", "config": {"threshold": 0.7}})
    assert made.get_config() == {"name": "binary_accuracy", "dtype": "float32", "threshold": 0.7}
    with pytest.raises(ValueError, match="categorical_accuracy"):
        metrics.get("categorical_acuracy")
    with pytest.raises(ValueError, match="interpret"):
        metrics.get(3)


@pytest.mark.parametrize("k", [0, -1])
def test_k_must_be_positive(k):
    with pytest.raises(ValueError, match="`k` must be at least 1"):
        metrics.top_k_categorical_accuracy(np.eye(3), np.eye(3), k=k)


def test_k_larger_than_the_classes():
    np.testing.assert_array_equal(metrics.top_k_categorical_accuracy(np.eye(3), np.eye(3), k=5).numpy(), [1, 1, 1])


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError):
        metrics.Accuracy().update_state([1, 2, 3], [1, 2])
    with pytest.raises(ValueError):
        metrics.Mean().update_state([1.0, 2.0, 3.0], sample_weight=[1.0, 2.0])
    with pytest.raises(ValueError):
        metrics.SparseCategoricalAccuracy().update_state([1, 2, 3], np.eye(2))


def test_shapes_only_does_not_change_the_state():
    m = metrics.SparseCategoricalAccuracy()
    with shapes_only() as trace:
        m.update_state(symbolic((6,), "int64", trace), symbolic((6, 3), "float32", trace))
        assert m.result().shape == ()
    assert m.get_weights() == [0.0, 0.0]


def test_result_keeps_its_value():
    m = metrics.Sum()
    m.update_state([1.0])
    before = m.result()
    m.update_state([1.0])
    assert (before.numpy(), m.result().numpy()) == (1.0, 2.0)


class Biased(metrics.Metric):
    """Has arguments of its own and no `get_config`."""

    def __init__(self, bias, name="biased"):
        super().__init__(name=name)
        self.bias = bias
        self.total = self.add_weight("total")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(self.bias)

    def result(self):
        return self.total.value()


def test_copies_of_metrics_of_ones_own():
    a = Biased(2.0)
    a.update_state(None, None)
    b = copy.deepcopy(a)
    b.update_state(None, None)
    assert (a.result().numpy(), b.result().numpy(), b.bias) == (2.0, 4.0, 2.0)
    assert len(b.variables) == 1 and b.variables[0] is b.total


def test_state_that_could_not_be_made_is_made_the_next_time():
    class Interrupted(metrics.MeanTensor):
        times = 1

        def add_weight(self, name=None, *args, **kwargs):
            if name == "count" and self.times:
                self.times -= 1
                raise KeyboardInterrupt
            return super().add_weight(name, *args, **kwargs)

    m = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        m.update_state([1.0, 2.0])
    m.update_state([1.0, 2.0])
    m.update_state([3.0, 4.0])
    assert len(m.variables) == 2
    np.testing.assert_array_equal(m.result(), [2.0, 3.0])
