import copy
import pickle

import numpy as np
import pytest

import pyseq as keras
from pyseq import optimizers
from pyseq.core import GradientTape, ShapeTrace, Variable, as_tensor, config, shapes_only, tracing

CLASSES = "SGD Adam AdamW RMSprop Adagrad Adadelta Adafactor Adamax Nadam Ftrl Lion".split()
BASE_CONFIG = {
    "name", "weight_decay", "clipnorm", "global_clipnorm", "clipvalue", "use_ema", "ema_momentum",
    "ema_overwrite_frequency", "jit_compile", "is_legacy_optimizer", "learning_rate",
}  # fmt: skip


def one_step(optimizer, w=1.0, g=1.0):
    v = Variable(np.float32(w))
    optimizer.apply_gradients([(as_tensor(np.float32(g)), v)])
    return v.numpy()


# --------------------------------------------------------------------------------------------- minimize


@pytest.mark.parametrize(
    "name, kwargs, after",
    [
        ("Adagrad", {}, [9.90005, 9.829713]),
        ("Adam", {}, [9.900001, 9.800029]),
        ("RMSprop", {}, [9.683772, 9.45788]),
        ("SGD", {}, [9.0, 8.1]),
        ("SGD", {"momentum": 0.9}, [9.0, 7.2]),
    ],
)
def test_minimize_a_function(name, kwargs, after):
    optimizer, v = getattr(optimizers, name)(learning_rate=0.1, **kwargs), Variable(10.0)
    for step, value in enumerate(after, 1):
        assert optimizer.minimize(lambda: v**2 / 2.0, [v]).numpy() == step
        assert v.numpy() == pytest.approx(value, rel=2e-7)


def test_minimize_a_tensor_needs_its_tape():
    v, optimizer = Variable(3.0), optimizers.SGD(0.1)
    with GradientTape() as tape:
        loss = v * v
    assert optimizer.minimize(loss, [v], tape=tape).numpy() == 1
    assert v.numpy() == pytest.approx(2.4)
    with pytest.raises(ValueError, match="`tape` is required when a `Tensor` loss is passed"):
        optimizer.minimize(loss, [v])


def test_variables_may_come_from_a_function():
    made, optimizer = [], optimizers.SGD(0.1)

    def loss():
        if not made:
            made.append(Variable(2.0))
        return made[0] * 3.0

    optimizer.minimize(loss, lambda: made)
    assert made[0].numpy() == pytest.approx(1.7)


def test_missing_gradients():
    a, b = Variable(1.0, name="a:0"), Variable(1.0, name="b:0")
    optimizer = optimizers.Adam()
    with pytest.raises(ValueError, match="No gradients provided for any variable.*a:0.*b:0"):
        optimizer.apply_gradients([(None, a), (None, b)])
    with pytest.warns(UserWarning, match=r"Gradients do not exist for variables \['b:0'\]"):
        optimizer.apply_gradients([(as_tensor(1.0), a), (None, b)])
    assert b.numpy() == 1 and a.numpy() != 1
    assert optimizer.apply_gradients([]).numpy() == 1


def test_steps_leave_tapes_and_shape_traces_alone():
    v, optimizer = Variable(2.0), optimizers.Adam(clipnorm=1.0, use_ema=True)
    with GradientTape(persistent=True) as tape:
        y = v * v
        optimizer.apply_gradients([(as_tensor(1.0), v)])
        z = v * 3.0
    assert tape.gradient(y, v).numpy() == 4.0 and tape.gradient(z, v).numpy() == 3.0
    before = [w.numpy() for w in optimizer.variables]
    with shapes_only():
        optimizer.apply_gradients([(as_tensor(1.0), v)])
    for w, value in zip(optimizer.variables, before, strict=True):
        np.testing.assert_array_equal(w.numpy(), value)


def test_traced_step_reads_rate_and_count_as_inputs():
    """What a plan gets: one instruction for what all variables share, one for each variable, no value read on the way."""

    class Recording(ShapeTrace):
        def __init__(self):
            self.seen = []

        def emit(self, kernel, inputs, outputs, dims=(), attrs=(), parts=1, work=0, dtype=None, updates=()):
            self.seen.append((kernel.name, inputs, updates))
            return super().emit(kernel, inputs, outputs, dims, attrs, parts, work, dtype, updates)

    a, b = Variable(np.ones(3, "float32")), Variable(np.ones(2, "float32"))
    optimizer, trace = optimizers.Adam(), Recording()
    with tracing(trace):
        gradients = [a.value() * 2.0, b.value() * 2.0]
        del trace.seen[:]
        optimizer.apply_gradients(zip(gradients, [a, b], strict=True))
    assert [name for name, _, _ in trace.seen] == ["adam_step_size", "adam", "adam", "count_step"]
    rate, count = trace.seen[0][1]
    assert rate is optimizer.learning_rate and count is optimizer.iterations
    for (_, inputs, changed), v in zip(trace.seen[1:3], (a, b), strict=True):
        assert changed[0] is v and changed[1] is optimizer.slot("m", v) and changed[2] is optimizer.slot("v", v)
        assert inputs[1].is_symbolic
    assert (a.numpy() == 1).all() and optimizer.iterations.numpy() == 0


def test_gradients_may_be_arrays_and_variables_join_later():
    optimizer, a, b = optimizers.Adam(), Variable([1.0, 2.0]), Variable(3.0)
    optimizer.apply_gradients([(np.array([1.0, 1.0]), a)])
    optimizer.apply_gradients(zip([[1.0, 1.0], 2.0], [a, b], strict=True))
    assert len(optimizer.variables) == 5 and b.numpy() != 3


def test_constraint_is_applied_after_the_step():
    v = Variable(np.array([0.05, 1.0], "float32"), constraint=lambda w: w * as_tensor([0.0, 1.0]))
    optimizers.SGD(0.1).apply_gradients([(as_tensor([1.0, 1.0]), v)])
    np.testing.assert_allclose(v.numpy(), [0, 0.9], rtol=1e-6)


@pytest.mark.parametrize("name", CLASSES)
def test_float64_weights(name):
    optimizer, v = getattr(optimizers, name)(), Variable(np.ones(3))
    optimizer.apply_gradients([(np.ones(3), v)])
    assert v.dtype == "float64" and (v.numpy() < 1).all()


# ----------------------------------------------------------------------------------------- learning rate


def test_learning_rate_can_be_read_and_set():
    optimizer = optimizers.SGD(0.5)
    assert one_step(optimizer) == 0.5
    optimizer.learning_rate = 0.25
    assert one_step(optimizer) == 0.75 and float(optimizer.lr) == 0.25
    optimizer.lr = as_tensor(1.0)
    assert one_step(optimizer) == 0
    optimizer.learning_rate.assign(0.125)
    assert one_step(optimizer) == 0.875
    config.set_floatx("float64")
    assert optimizers.SGD(0.1).learning_rate.numpy() == 0.1


def test_older_names():
    assert float(optimizers.Adam(lr=0.25).learning_rate) == 0.25
    optimizer = optimizers.SGD(lr=1.0, decay=1.0)
    assert [one_step(optimizer, 0.0, -1.0) for _ in range(3)] == pytest.approx([1, 1 / 2, 1 / 3])
    assert optimizer.get_config()["decay"] == 1.0
    assert optimizers.experimental.SGD is optimizers.SGD


def test_schedule_follows_the_step():
    schedule = optimizers.schedules.ExponentialDecay(1.0, 1, 0.5)
    optimizer = optimizers.SGD(schedule)
    assert [one_step(optimizer, 0.0, -1.0) for _ in range(3)] == [1, 0.5, 0.25]
    assert float(optimizer.learning_rate) == 0.25
    with pytest.raises(TypeError, match="created with a `LearningRateSchedule`"):
        optimizer.learning_rate = 0.1
    again = optimizers.deserialize(optimizers.serialize(optimizer))
    assert again.get_config() == optimizer.get_config()
    assert [one_step(again, 0.0, -1.0) for _ in range(2)] == [1, 0.5]


def test_schedule_can_replace_a_number():
    optimizer = optimizers.SGD(0.1)
    optimizer.learning_rate = optimizers.schedules.ExponentialDecay(1.0, 1, 0.5)
    assert one_step(optimizer, 0.0, -1.0) == 1


def test_functions_as_learning_rates():
    rates = iter([9.0, 0.5, 0.25])
    optimizer = optimizers.SGD(lambda: next(rates))  # called when made, and at each step
    assert [one_step(optimizer, 0.0, -1.0) for _ in range(2)] == [0.5, 0.25]
    optimizer = optimizers.SGD(lambda step: 1.0 / (1 + int(step)))
    assert [one_step(optimizer, 0.0, -1.0) for _ in range(3)] == pytest.approx([1, 1 / 2, 1 / 3])


def test_exponential_decay_as_tf_keras():
    # From tf.keras 2.15.
    staircase = optimizers.schedules.ExponentialDecay(0.1, 10, 0.5, staircase=True)
    got = [float(staircase(step)) for step in (0, 5, 9, 10, 25)]
    assert got == [
        0.10000000149011612,
        0.10000000149011612,
        0.10000000149011612,
        0.05000000074505806,
        0.02500000037252903,
    ]
    smooth = optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    assert float(smooth(5)) == pytest.approx(0.1 * 0.5**0.5, rel=1e-6)


# ----------------------------------------------------------------------------------- state, configuration


@pytest.mark.parametrize("name", CLASSES)
def test_config_round_trip(name):
    optimizer = getattr(optimizers, name)(learning_rate=0.25, clipvalue=0.5, name="mine")
    described = optimizer.get_config()
    assert BASE_CONFIG < set(described) or name == "SGD"
    assert type(optimizer).from_config(described).get_config() == described
    for legacy in (False, True):
        again = optimizers.deserialize(optimizers.serialize(optimizer, use_legacy_format=legacy))
        assert type(again) is type(optimizer) and again.get_config() == described


@pytest.mark.parametrize("name", CLASSES)
def test_names_in_any_case(name):
    for spelled in (name, name.lower(), name.upper()):
        assert type(optimizers.get(spelled)) is getattr(optimizers, name)
    assert type(optimizers.get({"class_name": name, "config": {}})) is getattr(optimizers, name)


def test_get_passes_objects_and_refuses_others():
    optimizer = optimizers.SGD()
    assert optimizers.get(optimizer) is optimizer
    assert isinstance(optimizers.get(optimizers.Adam), optimizers.Adam)
    for bad in (None, 3, len):
        with pytest.raises(ValueError, match="Could not interpret optimizer identifier"):
            optimizers.get(bad)
    with pytest.raises(ValueError, match="Unknown optimizer: 'adm'.*'adam'"):
        optimizers.get("adm")


def test_weights_can_be_moved_to_another_optimizer():
    a, b = (optimizers.Adam(0.1) for _ in range(2))
    v = Variable([1.0, 2.0])
    for _ in range(3):
        a.apply_gradients([(as_tensor([0.5, -1.0]), v)])
    with pytest.raises(ValueError, match="not yet been built"):
        b.set_weights(a.get_weights())
    b.build([v])
    b.set_weights(a.get_weights())
    for x, y in zip(a.variables(), b.variables, strict=True):
        np.testing.assert_array_equal(x.numpy(), y.numpy())
    with pytest.raises(ValueError, match="list of 3 arrays"):
        b.set_weights([np.int64(0)])
    with pytest.raises(ValueError, match=r"must have the shape \(2,\)"):
        b.set_weights([np.int64(0), np.zeros(3), np.zeros(2)])
    store = {}
    a.save_own_variables(store)
    b.load_own_variables(store)
    assert b.iterations.numpy() == 3


def test_weight_decay_can_be_kept_from_variables():
    optimizer = optimizers.SGD(0.1, weight_decay=0.5)
    bias, kernel, other = (Variable(1.0, name=n + ":0") for n in ("bias", "kernel", "other"))
    optimizer.exclude_from_weight_decay(var_list=[other], var_names=["bias"])
    optimizer.apply_gradients([(as_tensor(0.0), v) for v in (bias, kernel, other)])
    assert [v.numpy() for v in (bias, kernel, other)] == pytest.approx([1, 0.95, 1])


def test_finalize_puts_the_average_in_place():
    optimizer, v = optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5), Variable(1.0)
    optimizer.apply_gradients([(as_tensor(1.0), v)])
    optimizer.finalize_variable_values([v])
    assert v.numpy() == 0.5


def test_optimizer_written_for_tf_keras():
    class Sign(optimizers.Optimizer):
        def __init__(self, learning_rate=0.1, name="Sign", **kwargs):
            super().__init__(name=name, **kwargs)
            self._learning_rate = self._build_learning_rate(learning_rate)

        def build(self, var_list):
            super().build(var_list)
            if hasattr(self, "_built") and self._built:
                return
            self._built = True
            self.seen = [self.add_variable_from_reference(model_variable=v, variable_name="seen") for v in var_list]

        def update_step(self, gradient, variable):
            seen = self.seen[self._index_dict[self._var_key(variable)]]
            seen.assign_add(gradient)
            variable.assign_sub(self.learning_rate * gradient)

        def get_config(self):
            return {**super().get_config(), "learning_rate": self._serialize_hyperparameter(self._learning_rate)}

    optimizer, v = Sign(0.5), Variable(1.0)
    for _ in range(2):
        optimizer.apply_gradients([(as_tensor(1.0), v)])
    assert v.numpy() == 0 and optimizer.seen[0].numpy() == 2
    with pytest.raises(KeyError, match="cannot recognize variable"):
        optimizer.apply_gradients([(as_tensor(1.0), Variable(1.0))])


@pytest.mark.parametrize(
    "kwargs, error, message",
    [
        ({"foo": 1}, TypeError, r"unknown keyword argument. Received: \['foo'\]"),
        ({"clipnorm": 1.0, "global_clipnorm": 1.0}, ValueError, "At most one of `clipnorm` and `global_clipnorm`"),
        ({"clipnorm": -1.0}, ValueError, "`clipnorm` must be a number above 0"),
        ({"momentum": 2.0}, ValueError, r"`momentum` must be between \[0, 1\]"),
        ({"use_ema": True, "ema_momentum": 2.0}, ValueError, "`ema_momentum` must be in the range"),
        ({"use_ema": True, "ema_overwrite_frequency": -1}, ValueError, "`ema_overwrite_frequency`"),
        ({"learning_rate": "x"}, TypeError, "`learning_rate` must be a number"),
        ({"gradient_transformers": [abs]}, NotImplementedError, "`gradient_transformers` is not supported"),
        ({"decay": -1.0}, ValueError, "`decay` must be at least 0"),
    ],
)
def test_bad_arguments(kwargs, error, message):
    with pytest.raises(error, match=message):
        optimizers.SGD(**kwargs)


def test_bad_gradients():
    optimizer, v = optimizers.Adam(), Variable([1.0, 2.0], name="kernel:0")
    with pytest.raises(ValueError, match=r"gradient of kernel:0 must have its shape \(2,\)"):
        optimizer.apply_gradients([(as_tensor([1.0]), v)])
    with pytest.raises(TypeError, match="pairs"):
        optimizer.apply_gradients([v])
    with pytest.raises(TypeError, match="pairs"):
        optimizer.apply_gradients([(v, as_tensor(1.0))])
    assert optimizer.iterations.numpy() == 0


COPIES = pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])


@COPIES
@pytest.mark.parametrize(
    "make",
    [lambda: optimizers.Adam(0.1, amsgrad=True), lambda: optimizers.SGD(0.1, momentum=0.9),
     lambda: optimizers.RMSprop(0.1, use_ema=True, ema_overwrite_frequency=2), lambda: optimizers.Nadam(0.1),
     lambda: optimizers.Adafactor(0.1), lambda: optimizers.legacy.SGD(0.1, momentum=0.9), lambda: optimizers.legacy.Nadam(0.1)],
)  # fmt: skip
def test_a_copy_goes_on_from_the_state(copied, make):
    """Slots belong to variables; those of a copy are other ones."""
    optimizer, w = make(), Variable(np.float32([1, 2]), name="w:0")

    def step(optimizer, w, g):
        optimizer.apply_gradients([(as_tensor(np.float32(g)), w)])
        return [w.numpy().tobytes(), *(v.numpy().tobytes() for v in optimizer.variables)]

    for g in ([1, 2], [3, -1]):
        step(optimizer, w, g)
    other, its_w = copied((optimizer, w))
    assert len(other.variables) == len(optimizer.variables)
    assert step(other, its_w, [0.5, 5]) == step(optimizer, w, [0.5, 5])
    assert step(other, its_w, [9, 9]) != step(optimizer, w, [0, 0]), "the copy shares its state"


@COPIES
def test_a_copy_decays_what_the_original_decays(copied):
    optimizer, w, b = optimizers.AdamW(0.1, weight_decay=0.5), Variable([1.0], name="w"), Variable([1.0], name="b")
    optimizer.exclude_from_weight_decay([b])
    optimizer, w, b = copied((optimizer, w, b))
    optimizer.apply_gradients([(as_tensor([0.0]), w), (as_tensor([0.0]), b)])
    assert w.numpy() < 1 and b.numpy() == 1


@pytest.mark.parametrize(
    ("optimizer_class", "method"),
    [(optimizers.Adam, "slot_shape"), (optimizers.legacy.Adam, "add_slot")],
)
def test_state_that_could_not_be_made_is_made_the_next_time(optimizer_class, method):
    def make(self, *args, **kwargs):
        if self.fails and any(isinstance(x, str) and x == "v" for x in args):
            raise KeyboardInterrupt
        return getattr(optimizer_class, method)(self, *args, **kwargs)

    optimizer, whole = type("Short", (optimizer_class,), {"fails": True, method: make})(), optimizer_class()
    v, w = Variable(np.float32([1, 2]), name="w:0"), Variable(np.float32([1, 2]), name="w:0")
    with pytest.raises(KeyboardInterrupt):
        optimizer.apply_gradients([(as_tensor([1.0, 2.0]), v)])
    optimizer.fails = False
    optimizer.apply_gradients([(as_tensor([1.0, 2.0]), v)])
    whole.apply_gradients([(as_tensor([1.0, 2.0]), w)])
    assert v.numpy().tobytes() == w.numpy().tobytes()
    assert [x.name for x in optimizer.variables] == [x.name for x in whole.variables]


def test_a_step_that_failed_leaves_nothing_of_it():
    """What is computed once a step is not the next one's."""
    optimizer, v = optimizers.SGD(1.0, decay=1.0), Variable([1.0])
    w = Variable([1.0], constraint=lambda x: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        optimizer.apply_gradients([(as_tensor([0.0]), w)])
    optimizer.learning_rate = 0.5
    assert float(optimizer.rate()) == 0.25
    optimizer.apply_gradients([(as_tensor([1.0]), v)])
    assert float(v) == 0.75


def test_schedules_have_their_older_place_too():
    assert keras.experimental.CosineDecay is keras.optimizers.schedules.CosineDecay
    assert keras.experimental.CosineDecayRestarts is keras.optimizers.schedules.CosineDecayRestarts
    with pytest.raises(AttributeError, match="'LinearModel'"):
        keras.experimental.LinearModel  # noqa: B018


def test_apply_as_keras_3_spells_it():
    variables = [Variable([1.0, 2.0]), Variable([3.0])]
    optimizer = optimizers.SGD(0.5)
    gradients = [as_tensor([1.0, 1.0]), as_tensor([1.0])]
    assert optimizer.apply(gradients, variables) is None
    optimizer.apply(iter(gradients))  # those of the first time
    assert [v.numpy().tolist() for v in variables] == [[0.0, 1.0], [2.0]] and int(optimizer.iterations) == 2
    with pytest.raises(
        ValueError, match="SGD.apply: `grads` must have one entry for each of the 2 variables.*1 entries"
    ):
        optimizer.apply(gradients[:1])
