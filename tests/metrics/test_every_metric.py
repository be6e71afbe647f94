"""Every metric in `fit`: by string, object and function, weighted and not; plan and eager give the same bits."""

import copy

import numpy as np
import pytest

import pyseq as keras
from pyseq import metrics
from pyseq.layers.naming import reset_names
from pyseq.ops import elementwise, reduce

N, C = 24, 3
rng = np.random.default_rng(5)
X = np.round(rng.standard_normal((N, 4)), 3).astype("float32")
CLASSES = rng.integers(0, C, N)
ONE_HOT = np.eye(C, dtype="float32")[CLASSES]
WEIGHTS = np.round(rng.random(N), 3).astype("float32")
OF_VALUES = {"Mean", "Sum", "MeanTensor"}  # update_state(values, sample_weight)
NEED_ARGUMENTS = {
    "MeanMetricWrapper": {"fn": metrics.mean_absolute_error},
    "MeanRelativeError": {"normalizer": [1.0, 2.0, 3.0]},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
    "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
    "IoU": {"num_classes": C, "target_class_ids": [0, 2], "sparse_y_pred": False},
    "MeanIoU": {"num_classes": C, "sparse_y_pred": False},
    "OneHotIoU": {"num_classes": C, "target_class_ids": [0, 2]},
    "OneHotMeanIoU": {"num_classes": C},
}
SPARSE = (
    "sparse_categorical_accuracy sparse_top_k_categorical_accuracy sparse_categorical_crossentropy IoU MeanIoU".split()
)
ALL = dict(metrics.registry.table)
STRINGS = [name for name in ALL if name not in OF_VALUES and name not in NEED_ARGUMENTS]
FUNCTIONS = [name for name, thing in ALL.items() if not isinstance(thing, type) and name not in ("accuracy", "acc")]
CLASSES_OF_METRICS = [name for name, thing in ALL.items() if isinstance(thing, type) and name not in OF_VALUES]


def is_sparse(name):
    return name in SPARSE or name.startswith("Sparse")


def trained(metric, sparse, run_eagerly=False, **more):
    """(logs of the last epoch, results of the metrics) of a small model with these metrics."""
    keras.utils.set_random_seed(3)
    reset_names()
    model = keras.Sequential([keras.layers.Dense(C, activation="softmax", input_shape=(4,))])
    loss = "sparse_categorical_crossentropy" if sparse else "categorical_crossentropy"
    given = [metric] if metric is not None else None
    model.compile("sgd", loss, metrics=given, run_eagerly=run_eagerly, **more)
    y = CLASSES if sparse else ONE_HOT
    history = model.fit(X, y, batch_size=10, epochs=2, verbose=0, sample_weight=WEIGHTS, validation_data=(X, y)).history
    return {k: np.asarray(v) for k, v in history.items()}


def same(a, b):
    assert list(a) == list(b)
    for key in a:
        np.testing.assert_array_equal(a[key], b[key])


@pytest.mark.parametrize("name", STRINGS)
def test_fit_by_string(name):
    planned, eager = (trained(name, is_sparse(name), run_eagerly) for run_eagerly in (False, True))
    same(planned, eager)
    assert len(planned) == 4 and all(np.isfinite(v).all() for v in planned.values())


@pytest.mark.parametrize("name", CLASSES_OF_METRICS)
def test_fit_by_object(name):
    made = [getattr(metrics, name)(**NEED_ARGUMENTS.get(name, {}), name="mine") for _ in range(4)]
    sparse = is_sparse(name)
    if name == "BinaryIoU":  # whose weights are one for each number
        made[1], made[3] = None, None
    planned = trained(made[0], sparse, weighted_metrics=[made[1]])
    eager = trained(made[2], sparse, True, weighted_metrics=[made[3]])
    same(planned, eager)
    names = ["loss", "mine", "weighted_mine"][: 2 if made[1] is None else 3]
    assert list(planned) == [*names, *(f"val_{n}" for n in names)]
    for a, b in zip(made[0].weights, made[2].weights, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_fit_by_function(name):
    by_function, by_string = (trained(metric, is_sparse(name)) for metric in (getattr(metrics, name, name), name))
    for a, b in zip(by_function.values(), by_string.values(), strict=True):
        np.testing.assert_array_equal(a, b)


def error_of_user(y_true, y_pred):
    return reduce.mean(elementwise.absolute(y_true - y_pred), axis=-1)


class Positives(metrics.Metric):
    """As users write them, with the older name of reset_state and two results."""

    def __init__(self, name="positives", **kwargs):
        super().__init__(name=name, **kwargs)
        self.total = self.add_weight(name="total", initializer="zeros")
        self.part = metrics.Mean()

    def update_state(self, y_true, y_pred, sample_weight=None):
        hits = elementwise.cast(y_pred > 0.5, "float32")
        self.total.assign_add(reduce.sum(hits))
        self.part.update_state(hits, sample_weight)

    def result(self):
        return {"positives": self.total, "share": self.part.result()}

    def reset_states(self):
        self.total.assign(0.0)
        self.part.reset_states()


def test_functions_and_classes_of_users():
    for metric in (error_of_user, lambda y, p: y - p):
        same(*(trained(metric, False, run_eagerly) for run_eagerly in (False, True)))
    planned, eager = (trained(Positives(), False, run_eagerly) for run_eagerly in (False, True))
    same(planned, eager)
    assert list(planned)[:3] == ["loss", "positives", "share"]
    assert planned["val_positives"][-1] == planned["val_share"][-1] * N * C
    same(planned, {**trained(Positives(), False)})


def test_older_name_of_reset_state():
    m = Positives()
    m.update_state(ONE_HOT, ONE_HOT)
    m.reset_state()
    assert m.result()["positives"].numpy() == 0.0

    class Calls(metrics.Mean):
        def reset_states(self):
            super().reset_states()

    m = Calls()
    m.update_state([1.0])
    m.reset_state()
    assert m.result().numpy() == 0.0


@pytest.mark.parametrize("name", [*CLASSES_OF_METRICS, "Mean", "Sum", "MeanTensor"])
def test_copies_have_a_state_of_their_own(name):
    m = getattr(metrics, name)(**NEED_ARGUMENTS.get(name, {}))
    y = CLASSES if is_sparse(name) else ONE_HOT
    given = (ONE_HOT,) if name in OF_VALUES else (y, np.abs(X[:, :C]) / 4)
    m.update_state(*given)
    copied = copy.deepcopy(m)
    before = [v.numpy() for v in copied.weights]
    assert len(copied.weights) == len(m.weights) and copied.get_config() == m.get_config()
    m.update_state(*given)
    for v, value in zip(copied.weights, before, strict=True):
        np.testing.assert_array_equal(v.numpy(), value)
    copied.update_state(*given)
    np.testing.assert_array_equal(copied.result().numpy(), m.result().numpy())


def test_a_second_compile_keeps_the_names():
    class Two(keras.Model):
        def call(self, inputs):
            return {"a": inputs[:, :1], "b": inputs[:, 1:]}

    model, m = Two(), metrics.MeanAbsoluteError(name="m")
    for _ in range(2):
        model.compile(loss="mse", metrics={"b": [m]})
        logs = model.evaluate(X, {"a": X[:, :1], "b": X[:, 1:]}, verbose=0, return_dict=True)
        assert list(logs) == ["loss", "a_loss", "b_loss", "b_m"]
    assert m.get_config()["name"] == "m"


def test_a_wrapper_finds_its_function_by_name():
    config = {"name": "error", "dtype": "float32", "fn": "mean_absolute_error"}
    m = metrics.MeanMetricWrapper.from_config(config)
    m.update_state([[1.0], [2.0]], [[2.0], [4.0]])
    assert m.result().numpy() == 1.5
