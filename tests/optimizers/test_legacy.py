import numpy as np
import pytest

import pyseq as keras
from pyseq import optimizers
from pyseq.core import GradientTape, Variable, as_tensor
from pyseq.optimizers import legacy

CLASSES = "SGD RMSprop Adagrad Adadelta Adam Adamax Nadam Ftrl".split()
# get_config() of tf.keras 2.15, but for the float32 rounding of its numbers.
BETAS = {"learning_rate": 0.001, "decay": 0.0, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}
CONFIGS = {
    "SGD": {"learning_rate": 0.01, "decay": 0.0, "momentum": 0.0, "nesterov": False},
    "RMSprop": {"learning_rate": 0.001, "decay": 0.0, "rho": 0.9, "momentum": 0.0, "epsilon": 1e-7, "centered": False},
    "Adagrad": {"learning_rate": 0.001, "decay": 0.0, "initial_accumulator_value": 0.1, "epsilon": 1e-7},
    "Adadelta": {"learning_rate": 0.001, "decay": 0.0, "rho": 0.95, "epsilon": 1e-7},
    "Adam": {**BETAS, "amsgrad": False},
    "Adamax": BETAS,
    "Nadam": {**BETAS, "decay": 0.004},
    "Ftrl": {
        "learning_rate": 0.001, "decay": 0.0, "initial_accumulator_value": 0.1, "learning_rate_power": -0.5,
        "l1_regularization_strength": 0.0, "l2_regularization_strength": 0.0, "beta": 0.0,
        "l2_shrinkage_regularization_strength": 0.0},
}  # fmt: skip


def step(optimizer, v, g=1.0):
    optimizer.apply_gradients([(as_tensor(np.full(v.shape, g, v.dtype.numpy)), v)])
    return v.numpy()


@pytest.mark.parametrize("name", CLASSES)
def test_config(name):
    made = getattr(legacy, name)()
    described = made.get_config()
    assert described == {"name": name, **{k: pytest.approx(v, rel=1e-6) for k, v in CONFIGS[name].items()}}
    assert type(made).from_config(described).get_config() == described
    node = optimizers.serialize(made)
    assert node["module"] == "keras.optimizers.legacy" and node["class_name"] == name
    for form in (node, optimizers.serialize(made, use_legacy_format=True)):
        again = optimizers.deserialize(form)
        assert type(again) is type(made) and again.get_config() == described
    clipped = getattr(legacy, name)(clipnorm=1.0, clipvalue=0.5)
    assert {"clipnorm": 1.0, "clipvalue": 0.5}.items() <= clipped.get_config().items()


@pytest.mark.parametrize("name", CLASSES)
def test_names(name):
    newer, older = getattr(optimizers, name), getattr(legacy, name)
    assert (
        type(optimizers.get(name)) is newer and type(optimizers.get(name.lower(), use_legacy_optimizer=True)) is older
    )
    # As tf.keras 2.15: a config that says nothing of being newer is from before 2.11, unless it is empty.
    assert type(optimizers.get({"class_name": name, "config": {}})) is newer
    assert type(optimizers.get({"class_name": name, "config": {"learning_rate": 0.5}})) is older
    assert type(optimizers.get({"class_name": name, "config": {"lr": 0.5, "decay": 0.1}})) is older
    assert type(optimizers.get({"class_name": name, "config": newer().get_config()})) is newer
    keras_3 = {"name": name, "learning_rate": 0.1, "weight_decay": None, "use_ema": False}
    assert type(optimizers.get({"class_name": name, "module": "keras.optimizers", "config": keras_3})) is newer
    assert not isinstance(older(), newer)


def test_rate_and_decay():
    with pytest.warns(UserWarning, match="The `lr` argument is deprecated"):
        optimizer = legacy.SGD(lr=1.0, decay=1.0)
    v, seen = Variable(0.0), []
    for _ in range(3):
        before = float(v)
        seen.append(before - float(step(optimizer, v)))
    assert seen == pytest.approx([1, 1 / 2, 1 / 3])
    assert float(optimizer.lr) == 1.0 and optimizer.decay == 1.0
    optimizer.lr = 0.25
    assert float(optimizer.learning_rate) == 0.25
    optimizer.learning_rate = optimizers.schedules.ExponentialDecay(1.0, 1, 0.5)
    before = float(v)
    assert before - float(step(optimizer, v)) == pytest.approx(1 / 8 / 4)
    assert optimizer.get_config()["learning_rate"]["class_name"] == "ExponentialDecay"
    assert optimizers.deserialize(optimizers.serialize(optimizer)).get_config() == optimizer.get_config()


def test_slots():
    optimizer, v = legacy.Adam(amsgrad=True), Variable(np.ones(3, "float32"), name="dense/kernel:0")
    step(optimizer, v)
    assert optimizer.get_slot_names() == ["m", "v", "vhat"]
    assert optimizer.get_slot(v, "m").name == "dense/kernel/m:0"
    np.testing.assert_allclose(optimizer.get_slot(v, "m").numpy(), 0.1, rtol=1e-6)
    assert [w.name for w in optimizer.weights] == ["iter:0", *(f"dense/kernel/{s}:0" for s in ("m", "v", "vhat"))]
    assert [w.name for w in optimizer.variables()] == [w.name for w in optimizer.weights]
    late = Variable(np.ones(2, "float32"), name="late:0")
    step(optimizer, late)
    assert optimizer.get_slot(late, "v").shape == (2,) and len(optimizer.weights) == 7


def test_weights_can_be_moved_and_those_of_keras_1_lack_the_count():
    v, a = Variable([1.0, 2.0]), legacy.Adagrad(0.1)
    step(a, v)
    b = legacy.Adagrad(0.1)
    b._create_all_weights([v])
    b.set_weights(a.get_weights())
    assert b.iterations.numpy() == 1
    b.set_weights(a.get_weights()[1:])
    assert b.iterations.numpy() == 0
    np.testing.assert_array_equal(b.get_slot(v, "accumulator").numpy(), a.get_slot(v, "accumulator").numpy())
    adam = legacy.Adam()
    adam.build([v])
    adam.set_weights([np.int64(3), np.ones(2), np.ones(2), np.zeros(2)])  # with a vhat
    assert adam.iterations.numpy() == 3


def test_all_clippings_and_transformers():
    seen = []

    def aggregate(pairs):
        seen.append("aggregate")
        return [(g * 2.0, v) for g, v in pairs]

    def halve(pairs):
        seen.append("transform")
        return [(g * 0.25, v) for g, v in pairs]

    v = Variable(0.0)
    assert step(legacy.SGD(1.0, gradient_aggregator=aggregate, gradient_transformers=[halve]), v) == -0.5
    assert seen == ["aggregate", "transform"]
    v = Variable(np.zeros(2, "float32"))
    g = as_tensor(np.array([4.0, 3.0], "float32"))
    legacy.SGD(1.0, clipvalue=3.0, clipnorm=1.0).apply_gradients([(g, v)])
    np.testing.assert_allclose(v.numpy(), -np.ones(2) / np.sqrt(2), rtol=1e-6)
    optimizer = legacy.SGD(1.0, gradient_aggregator=aggregate)
    v = Variable(0.0)
    optimizer.apply_gradients([(as_tensor(1.0), v)], experimental_aggregate_gradients=False)
    assert v.numpy() == -1


def test_minimize():
    v, optimizer = Variable(3.0), legacy.SGD(0.1)
    assert optimizer.minimize(lambda: v * v, [v]).numpy() == 1 and v.numpy() == pytest.approx(2.4)
    optimizer.minimize(lambda: v * 1.0, lambda: [v], grad_loss=2.0)
    assert v.numpy() == pytest.approx(2.2)
    with GradientTape() as tape:
        loss = v * 3.0
    optimizer.minimize(loss, v, grad_loss=as_tensor(0.5), tape=tape)
    assert v.numpy() == pytest.approx(2.05)
    with pytest.raises(ValueError, match="`tape` is required"):
        optimizer.minimize(loss, [v], grad_loss=1.0)


class Momentum(legacy.Optimizer):
    """An optimizer of a user's, of the time before TF 2.11."""

    def __init__(self, learning_rate=0.1, rho=0.5, name="Momentum", **kwargs):
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._set_hyper("rho", rho)

    def _create_slots(self, var_list):
        for v in var_list:
            self.add_slot(v, "mean")

    def _resource_apply_dense(self, grad, var, apply_state=None):
        mean = self.get_slot(var, "mean")
        mean.assign(mean * self._get_hyper("rho", var.dtype) + grad)
        var.assign_sub(mean * self._decayed_lr(var.dtype))

    def get_config(self):
        return {
            **super().get_config(),
            **{k: self._serialize_hyperparameter(k) for k in ("learning_rate", "decay", "rho")},
        }


def test_optimizer_of_a_user():
    optimizer, v = Momentum(0.5), Variable(np.zeros(2, "float32"))
    assert step(optimizer, v).tolist() == [-0.5, -0.5] and step(optimizer, v).tolist() == [-1.25, -1.25]
    assert optimizer.rho == 0.5 and optimizer.get_config() == {
        "name": "Momentum", "learning_rate": 0.5, "decay": 0.0, "rho": 0.5,
    }  # fmt: skip
    with pytest.warns(UserWarning, match="traced before keep rho=0.5"):
        optimizer.rho = 0.0
    assert step(optimizer, v).tolist() == [-1.75, -1.75]
    results = []
    for eagerly in (False, True):
        model = keras.Sequential([keras.layers.Dense(3, input_shape=(4,), kernel_initializer="ones")])
        model.compile(Momentum(0.01, decay=0.1), "mse", run_eagerly=eagerly)
        model.fit(np.ones((8, 4), "float32"), np.ones((8, 3), "float32"), batch_size=2, verbose=0)
        results.append([w.tobytes() for w in model.get_weights() + model.optimizer.get_weights()])
    assert results[0] == results[1]


@pytest.mark.parametrize(
    "make, error, message",
    [
        (lambda: legacy.SGD(momentum=2.0), ValueError, r"`momentum` must be between \[0, 1\]"),
        (lambda: legacy.RMSprop(momentum=-1), ValueError, "`momentum` must be between"),
        (lambda: legacy.SGD(foo=1), TypeError, "Unexpected keyword argument passed to optimizer: foo"),
        (lambda: legacy.SGD(decay=-1.0), ValueError, "Expected decay >= 0, received: -1.0"),
        (lambda: legacy.SGD(weight_decay=0.1), TypeError, "Unexpected keyword argument.*weight_decay"),
        (lambda: legacy.SGD(clipnorm=1.0, global_clipnorm=1.0), ValueError, "At most one of"),
        (lambda: legacy.SGD(clipnorm=1.0, gradient_transformers=[abs]), ValueError, "gradient_transformers"),
        (lambda: legacy.Adagrad(initial_accumulator_value=-1), ValueError, "must be non-negative"),
        (lambda: legacy.Ftrl(learning_rate_power=1), ValueError, "`learning_rate_power` needs to be negative or zero"),
        (
            lambda: legacy.Nadam(optimizers.schedules.ExponentialDecay(1.0, 1, 0.5)),
            ValueError,
            "does not support",
        ),
        (lambda: legacy.SGD().get_updates(None, []), NotImplementedError, "apply_gradients"),
        (lambda: legacy.SGD().get_gradients(None, []), NotImplementedError, "GradientTape"),
        (lambda: legacy.SGD().nonsense, AttributeError, "no attribute 'nonsense'"),
        (lambda: legacy.Optimizer("o").update_step(1, 2), NotImplementedError, "must be implemented"),
    ],
)
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()
