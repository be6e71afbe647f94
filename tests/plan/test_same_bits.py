"""Eager steps and plans give the same bits, and so do one, two and three threads: weights, optimizer state, logs, outputs."""

import numpy as np
import pytest

import pyseq as keras
from pyseq import activations, constraints, layers, losses, metrics, optimizers, regularizers
from pyseq.core import config
from pyseq.optimizers.schedules import ExponentialDecay, LearningRateSchedule

EPOCHS, BATCH, N = 10, 16, 70  # five steps an epoch, the last of six samples

rng = np.random.default_rng(0)
X = rng.standard_normal((N, 12)).astype("float32")
CLASSES = rng.integers(0, 5, N)
ONE_HOT = np.eye(5, dtype="float32")[CLASSES]
PROBABILITIES = rng.dirichlet(np.ones(5), N).astype("float32")
SIGNS = np.where(rng.random((N, 5)) < 0.5, -1, 1).astype("float32")
BITS = (rng.random((N, 5)) < 0.5).astype("float32")
NUMBERS = rng.standard_normal((N, 5)).astype("float32")
COUNTS = rng.poisson(2, (N, 5)).astype("float32")
WEIGHTS = rng.random(N).astype("float32")


class Case:
    """A model, how it is compiled, and what it is trained on; everything made anew for each run."""

    def __init__(
        self, make=None, optimizer=lambda: "adam", loss="mse", metrics=lambda: None, y=NUMBERS, x=X, last="linear",
        weighted=lambda: None, **fit,
    ):  # fmt: skip
        self.make = make or (lambda: [layers.Dense(33, "tanh"), layers.Dense(5, last)])
        self.optimizer, self.loss, self.metrics, self.weighted = optimizer, loss, metrics, weighted
        self.x, self.y = x, y
        self.fit = fit

    def run(self, run_eagerly):
        """Train, evaluate, predict; everything there is to compare, as bytes."""
        keras.utils.set_random_seed(11)
        made = self.make()
        model = keras.Sequential(made) if isinstance(made, list) else made
        loss = self.loss() if isinstance(self.loss, type) else self.loss
        model.compile(
            self.optimizer(), loss, metrics=self.metrics(), weighted_metrics=self.weighted(), run_eagerly=run_eagerly
        )
        fit = {"epochs": EPOCHS, "batch_size": BATCH, "verbose": 0, **self.fit}
        history = model.fit(self.x, self.y, **fit).history
        state = {
            **{f"weight {k}": v.numpy() for k, v in enumerate(model.weights)},
            **{f"optimizer {k}": v.numpy() for k, v in enumerate(model.optimizer.variables)},
            **{f"log {k}": np.array(v) for k, v in history.items()},
            "random": keras.random.global_state().numpy(),
            "rate": np.asarray(model.optimizer.learning_rate),
            "evaluate": np.asarray(model.evaluate(self.x, self.y, batch_size=BATCH, verbose=0)),
            "predict": model.predict(self.x, batch_size=BATCH),
            "predict of few": model.predict(rows(self.x, 3)),
            "train_on_batch": np.asarray(model.train_on_batch(rows(self.x, 9), self.y[:9])),
            "test_on_batch": np.asarray(model.test_on_batch(rows(self.x, 9), self.y[:9])),
            "predict_on_batch": model.predict_on_batch(rows(self.x, 9)),
        }
        return {k: (v.dtype, v.shape, v.tobytes()) for k, v in state.items()}


def rows(x, n):
    return {k: v[:n] for k, v in x.items()} if isinstance(x, dict) else x[:n]


def same(a, b):
    assert a.keys() == b.keys()
    return [k for k in a if a[k] != b[k]]


def around(*inside, last="linear"):
    return lambda: [layers.Dense(24), *[make() for make in inside], layers.Dense(5, last)]


LAYERS = {
    "Dense without bias": around(lambda: layers.Dense(9, use_bias=False)),
    "Dropout": around(lambda: layers.Dropout(0.4), lambda: layers.Dense(40, "relu"), lambda: layers.Dropout(0.2, seed=5)),
    "Dropout with noise_shape": around(lambda: layers.Dropout(0.4, noise_shape=(None, 1))),
    "Dropout of everything": around(lambda: layers.Dropout(1.0)),
    "AlphaDropout": around(lambda: layers.Activation("selu"), lambda: layers.AlphaDropout(0.3)),
    "Reshape, Flatten": around(lambda: layers.Reshape((4, 6)), lambda: layers.Dense(7), layers.Flatten),
    "Dense of three axes": lambda: [
        layers.Reshape((3, 4)), layers.Dense(6, "relu", activity_regularizer="l1"), layers.Flatten(), layers.Dense(5)
    ],
    "Reshape at the end": lambda: [layers.Dense(5), layers.Reshape((5, 1)), layers.Reshape((5,))],
    "activity regularizer": around(lambda: layers.Dense(9, "relu", activity_regularizer="l2")),
    "frozen layer": around(lambda: layers.Dense(9, trainable=False)),
    "the same layer twice": lambda: shared(),
    "a model inside": around(lambda: keras.Sequential([layers.Dense(8, "relu"), layers.Dropout(0.5)])),
    "twenty layers": around(*[lambda: layers.Dense(10, "selu", kernel_initializer="lecun_normal")] * 20),
    "wide": around(lambda: layers.Dense(300, "relu"), lambda: layers.Dense(130, "relu")),
}  # fmt: skip


class Shared(keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.again, self.last = layers.Dense(20), layers.Dense(20, "tanh"), layers.Dense(5)

    def call(self, x, training=None):
        y = self.again(self.first(x))
        return self.last(self.again(y) + y * 0.5 - y[:, ::-1])


def shared():
    return Shared()


for name in activations.__all__:
    if name not in ("deserialize", "fused_name", "get", "serialize"):
        LAYERS[f"activation {name}"] = around(
            lambda name=name: layers.Dense(11, name), lambda name=name: layers.Activation(name), last=name
        )

CASES = {f"layer: {name}": Case(make) for name, make in LAYERS.items()}

LOSSES = {
    losses.BinaryCrossentropy: (BITS, "sigmoid"), losses.BinaryFocalCrossentropy: (BITS, "sigmoid"),
    losses.CategoricalCrossentropy: (ONE_HOT, "softmax"), losses.CategoricalFocalCrossentropy: (ONE_HOT, "softmax"),
    losses.SparseCategoricalCrossentropy: (CLASSES, "softmax"), losses.Hinge: (SIGNS, "tanh"),
    losses.SquaredHinge: (SIGNS, "tanh"), losses.CategoricalHinge: (ONE_HOT, "softmax"),
    losses.MeanSquaredError: (NUMBERS, "linear"), losses.MeanAbsoluteError: (NUMBERS, "linear"),
    losses.MeanAbsolutePercentageError: (NUMBERS + 3, "linear"), losses.MeanSquaredLogarithmicError: (COUNTS, "relu"),
    losses.Huber: (NUMBERS, "linear"), losses.LogCosh: (NUMBERS, "linear"),
    losses.CosineSimilarity: (NUMBERS, "linear"), losses.Poisson: (COUNTS, "exponential"),
    losses.KLDivergence: (PROBABILITIES, "softmax"),
}  # fmt: skip
for cls, (y, last) in LOSSES.items():
    CASES[f"loss: {cls.__name__}"] = Case(loss=cls, y=y, last=last)
for cls, y in [(losses.BinaryCrossentropy, BITS), (losses.CategoricalCrossentropy, ONE_HOT),
               (losses.SparseCategoricalCrossentropy, CLASSES)]:  # fmt: skip
    CASES[f"loss: {cls.__name__} of logits"] = Case(loss=cls(from_logits=True), y=y)
    CASES[f"loss: {cls.__name__} of probabilities that are not from a softmax"] = Case(
        loss=cls(), y=y, last="exponential"
    )
CASES["loss: smoothed labels"] = Case(
    loss=losses.CategoricalCrossentropy(label_smoothing=0.1), y=ONE_HOT, last="softmax"
)
CASES["loss: sum"] = Case(loss=losses.MeanSquaredError(reduction="sum"))
CASES["loss: function"] = Case(loss=lambda y, p: (y - p) ** 2 * 3.0)
CASES["loss: ignored class"] = Case(
    loss=losses.SparseCategoricalCrossentropy(ignore_class=2), y=CLASSES, last="softmax", metrics=lambda: ["accuracy"]
)

BY_LABELS = [
    (NUMBERS, "linear", lambda: [
        metrics.MeanSquaredError(), metrics.RootMeanSquaredError(), metrics.MeanAbsoluteError(),
        metrics.MeanAbsolutePercentageError(), metrics.MeanSquaredLogarithmicError(), metrics.LogCoshError(),
        metrics.MeanRelativeError(np.arange(1.0, 6.0), "relative"), metrics.CosineSimilarity(), metrics.Accuracy(), "mse", "huber"]),
    (ONE_HOT, "softmax", lambda: [
        metrics.CategoricalAccuracy(), metrics.TopKCategoricalAccuracy(2), metrics.CategoricalCrossentropy(),
        metrics.KLDivergence(), metrics.Poisson(), metrics.CategoricalHinge(), "accuracy", "crossentropy"]),
    (CLASSES, "softmax", lambda: [
        metrics.SparseCategoricalAccuracy(), metrics.SparseTopKCategoricalAccuracy(2),
        metrics.SparseCategoricalCrossentropy(), "acc", "ce"]),
    (BITS, "sigmoid", lambda: [metrics.BinaryAccuracy(), metrics.BinaryCrossentropy(), "mae"]),
    (SIGNS, "tanh", lambda: [metrics.Hinge(), metrics.SquaredHinge()]),
]  # fmt: skip
for y, last, made in BY_LABELS:
    loss = (
        "sparse_categorical_crossentropy"
        if y is CLASSES
        else "categorical_crossentropy"
        if last == "softmax"
        else "mse"
    )
    CASES[f"metrics: {last} {y.ndim}"] = Case(metrics=made, loss=loss, y=y, last=last)
    CASES[f"weighted metrics: {last} {y.ndim}"] = Case(weighted=made, loss=loss, y=y, last=last, sample_weight=WEIGHTS)


class Halving(LearningRateSchedule):
    def __call__(self, step):
        return 0.1 / (1.0 + keras.backend.cast(step, "float32"))

    def get_config(self):
        return {}


class Lookahead(optimizers.Optimizer):
    """A user's optimizer in tf.keras's style."""

    def __init__(self, learning_rate=0.01, name="Lookahead", **kwargs):
        super().__init__(name=name, **kwargs)
        self._learning_rate = self._build_learning_rate(learning_rate)

    def build(self, var_list):
        super().build(var_list)
        if getattr(self, "_built", False) and hasattr(self, "slow"):
            return
        self.slow = [self.add_variable_from_reference(v, "slow") for v in var_list]
        self._built = True

    def update_step(self, gradient, variable):
        slow = self.slow[self._index_dict[self._var_key(variable)]]
        slow.assign_add(gradient * 0.5)
        variable.assign_sub(slow * self.learning_rate)


O = optimizers  # noqa: E741
OPTIMIZERS = {
    "SGD": lambda: O.SGD(0.05), "momentum": lambda: O.SGD(0.05, 0.9), "nesterov": lambda: O.SGD(0.05, 0.9, True),
    "Adam": lambda: O.Adam(0.01), "amsgrad": lambda: O.Adam(0.01, amsgrad=True), "AdamW": lambda: O.AdamW(0.01),
    "RMSprop": lambda: O.RMSprop(0.01), "centered": lambda: O.RMSprop(0.01, momentum=0.5, centered=True),
    "Adagrad": lambda: O.Adagrad(0.1), "Adadelta": lambda: O.Adadelta(1.0), "Adamax": lambda: O.Adamax(0.01),
    "Nadam": lambda: O.Nadam(0.01), "Lion": lambda: O.Lion(0.01), "Adafactor": lambda: O.Adafactor(0.1, weight_decay=0.01),
    "Ftrl": lambda: O.Ftrl(0.1, l1_regularization_strength=0.01), "Ftrl power": lambda: O.Ftrl(0.1, -0.7),
    **{f"legacy {name}": getattr(O.legacy, name) for name in O.legacy.__all__ if name != "Optimizer"},
    "legacy decay": lambda: O.legacy.Adam(0.05, decay=0.1), "legacy centered": lambda: O.legacy.RMSprop(0.01, centered=True),
    "cosine": lambda: O.Lion(O.schedules.CosineDecay(0.01, 30, 0.1, None, 0.05, 10)),
    "restarts": lambda: O.Adam(O.schedules.CosineDecayRestarts(0.01, 4, 1.5, 0.9)),
    "piecewise": lambda: O.Adamax(O.schedules.PiecewiseConstantDecay([3, 9], [0.1, 0.01, 0.001])),
    "polynomial": lambda: O.Nadam(O.schedules.PolynomialDecay(0.05, 9, cycle=True)),
    "inverse time": lambda: O.Adafactor(O.schedules.InverseTimeDecay(0.05, 9, 0.5, staircase=True)),
    "clipnorm": lambda: O.SGD(0.1, clipnorm=0.1), "clipvalue": lambda: O.Adam(clipvalue=0.01),
    "global_clipnorm": lambda: O.SGD(0.1, 0.9, global_clipnorm=0.1), "weight_decay": lambda: O.SGD(0.1, weight_decay=0.01),
    "ema": lambda: O.Adam(0.01, use_ema=True), "ema overwrites": lambda: O.SGD(0.05, use_ema=True, ema_overwrite_frequency=7),
    "RMSprop ema": lambda: O.RMSprop(0.01, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=3),
    "schedule": lambda: O.Adam(ExponentialDecay(0.05, 10, 0.7)),
    "staircase": lambda: O.SGD(ExponentialDecay(0.05, 10, 0.7, staircase=True), 0.9),
    "schedule of one's own": lambda: O.SGD(Halving()), "function of the step": lambda: O.SGD(Halving().__call__),
    "decay": lambda: O.Adam(0.05, decay=0.1), "an optimizer of one's own": Lookahead,
    "zero rate": lambda: O.Adam(0.0), "huge rate": lambda: O.SGD(1e6),
}  # fmt: skip
for name, made in OPTIMIZERS.items():
    CASES[f"optimizer: {name}"] = Case(optimizer=made)

for name, made in {
    "l1": lambda: "l1", "l2": lambda: "l2", "l1_l2": lambda: "l1_l2", "L1L2": lambda: regularizers.L1L2(0.01, 0.1),
    "orthogonal": lambda: regularizers.OrthogonalRegularizer(0.1),
    "orthogonal columns": lambda: regularizers.OrthogonalRegularizer(0.1, "columns"),
    "function": lambda: lambda w: keras.backend.sum(w * w) * 0.01,
}.items():  # fmt: skip
    if name != "function":
        CASES[f"regularizer: {name}"] = Case(
            lambda made=made: [
                layers.Dense(9, "relu", kernel_regularizer=made(), bias_regularizer="l2"),
                layers.Dense(5),
            ]
        )
for name, made in {
    "max_norm": lambda: constraints.MaxNorm(0.5), "non_neg": lambda: constraints.NonNeg(),
    "unit_norm": lambda: constraints.UnitNorm(), "min_max_norm": lambda: constraints.MinMaxNorm(0.2, 0.4, 0.7),
    "max_norm of axis 1": lambda: constraints.MaxNorm(0.5, axis=1), "function": lambda: lambda w: w * 0.99,
}.items():  # fmt: skip
    CASES[f"constraint: {name}"] = Case(
        lambda made=made: [
            layers.Dense(9, "relu", kernel_constraint=made(), bias_constraint="non_neg"),
            layers.Dense(5),
        ]
    )

CLASSIFIER = dict(
    make=around(lambda: layers.Dropout(0.2), last="softmax"), loss="sparse_categorical_crossentropy", y=CLASSES,
    metrics=lambda: ["accuracy"],
)  # fmt: skip
FITS = {
    "sample weights": dict(sample_weight=WEIGHTS), "some weights zero": dict(sample_weight=(WEIGHTS > 0.9).astype("f4")),
    "class weights": dict(class_weight={0: 1.0, 1: 0.2, 2: 3.0, 3: 1.5, 4: 0.0}),
    "both weights": dict(class_weight=dict.fromkeys(range(5), 0.3), sample_weight=WEIGHTS),
    "validation_split": dict(validation_split=0.3), "not shuffled": dict(shuffle=False),
    "validation_data": dict(validation_data=(X[:19], CLASSES[:19], WEIGHTS[:19]), validation_batch_size=7, validation_freq=3),
    "steps_per_epoch": dict(steps_per_epoch=3, epochs=6), "one batch": dict(batch_size=1000), "rows": dict(batch_size=1, epochs=1),
}  # fmt: skip
for name, fit in FITS.items():
    CASES[f"fit: {name}"] = Case(**CLASSIFIER, **fit)
for kind in ("float64", "int32", "uint8", "bool", "int8", ">f4"):
    CASES[f"x: {kind}"] = Case(**CLASSIFIER, x=(np.abs(X) * 3).astype(kind))
for kind in ("float32", "uint8", "int32"):
    CASES[f"labels: {kind}"] = Case(**{**CLASSIFIER, "y": CLASSES.astype(kind)[:, None]})


class TwoInputs(keras.Model):
    """Inputs and outputs in a dict; a step, a metric and a loss of its own."""

    def __init__(self):
        super().__init__()
        self.a, self.b = layers.Dense(8, "relu"), layers.Dense(5)
        self.seen = metrics.Mean(name="seen")

    def call(self, inputs, training=None):
        hidden = self.a(inputs["left"]) * self.a(inputs["right"])
        self.add_loss(keras.backend.mean(hidden) * 0.01)
        return self.b(hidden)

    def train_step(self, data):
        x, y = data[:2]
        with keras.GradientTape() as tape:
            p = self(x, training=True)
            loss = self.compute_loss(x, y, p) + sum(self.losses)
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip([g * 2.0 for g in grads], self.trainable_variables, strict=True))
        self.seen.update_state(loss)
        return {"seen": self.seen.result(), "constant": 3.0}


CASES["a step of one's own, dict of inputs"] = Case(
    TwoInputs, x={"right": X[:, :6], "left": X[:, 6:]}, metrics=lambda: ["mae"]
)


@pytest.mark.parametrize("name", CASES)
def test_plan_and_threads(name, team):
    case = CASES[name]
    expected = case.run(run_eagerly=True)
    for n in (1, 2, 3):
        with team(n):
            assert same(expected, case.run(run_eagerly=False)) == [], f"{n} threads"


@pytest.mark.parametrize("name", ["layer: Dropout", "optimizer: Adam", "fit: class weights", "loss: Huber"])
def test_float64(name, team):
    config.set_floatx("float64")
    case = CASES[name]
    expected = case.run(run_eagerly=True)
    assert all(v[0] == np.float64 for k, v in expected.items() if k.startswith("weight"))
    for n in (1, 2, 3):
        with team(n):
            assert same(expected, case.run(run_eagerly=False)) == [], f"{n} threads"


@pytest.mark.parametrize(
    "name", ["layer: twenty layers", "loss: SparseCategoricalCrossentropy", "optimizer: global_clipnorm"]
)
def test_every_instruction_set(name, isa):
    case = CASES[name]
    assert same(case.run(run_eagerly=True), case.run(run_eagerly=False)) == []


def test_the_runs_differ_when_something_does():
    """What `same` compares is not empty: another seed, another run."""
    a, b = CASES["layer: Dropout"].run(False), CASES["layer: activation relu"].run(False)
    assert len(a) > 15 and same(a, {**a, "predict": b["predict"]}) == ["predict"]
