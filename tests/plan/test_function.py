"""pyseq.function: what makes it trace anew, arguments and results of any structure, gradients inside and outside."""

import dataclasses
import functools
import gc
import random as stdlib_random
import threading
import types
import weakref
from collections import OrderedDict, namedtuple
from contextlib import nullcontext, suppress

import numpy as np
import pytest

import pyseq as keras
from pyseq import function, layers, optimizers
from pyseq.core import Variable, as_tensor, config
from pyseq.ops import elementwise as e
from pyseq.ops import random, reduce, shape

X = as_tensor(np.float32([[1, -2, 3], [4, 5, -6]]))
Pair = namedtuple("Pair", "a b")


class Spec:
    """What tf.TensorSpec is."""

    def __init__(self, shape, dtype="float32"):
        self.shape, self.dtype = shape, dtype


def traces(f):
    return f.experimental_get_tracing_count()


class TestTracing:
    def test_once_for_a_signature(self):
        calls = []

        @function
        def f(x, power=2.0, *, name="n"):
            calls.append(name)
            return e.power(x, power)

        for _ in range(3):
            f(X)
            f(as_tensor(np.ones((2, 3), "float32")))
        assert len(calls) == traces(f) == 1
        f(as_tensor(np.ones((3, 3), "float32")))
        f(as_tensor(np.ones((2, 3), "float64")))
        f(X, 3.0)
        f(X, name="m")
        assert traces(f) == 5
        f(X, 3.0)
        f(X, name="m")
        assert traces(f) == 5 and f.__name__ == "f"

    def test_python_values_are_part_of_the_signature(self):
        f = function(lambda x, k: (x * float(k), k))
        for k in (1, True, 1.0, 0.0, -0.0, 2, "3"):
            y, same = f(X, k)
            assert same is k if isinstance(k, str) else same.numpy() == k  # numbers are tensors, as in TensorFlow
            assert y.numpy().tobytes() == (X * float(k)).numpy().tobytes()
        assert traces(f) == 7

    def test_nan_is_one_value(self):
        f = function(lambda x, k: x + k)
        for _ in range(3):
            assert np.isnan(f(X, float("nan")).numpy()).all()
        assert traces(f) == 1

    def test_arrays_and_numpy_numbers_are_arguments(self):
        f = function(lambda x, k: x * k)
        for k in range(5):
            np.testing.assert_array_equal(f(X, np.float32(k)).numpy(), X.numpy() * k)
            np.testing.assert_array_equal(f(X.numpy() + k, np.float32(k)).numpy(), (X.numpy() + k) * k)
            np.testing.assert_array_equal(f(X, np.full(3, k, "float32")).numpy(), X.numpy() * k)
        assert traces(f) == 2

    def test_objects_are_told_apart_and_kept_alive(self):
        class Factor:
            def __init__(self, k):
                self.k = k

        f = function(lambda x, o: x * o.k)
        for k in range(20):  # freed at once, the next could stand at the same address
            assert f(X, Factor(float(k))).numpy()[0, 0] == k

    def test_the_oldest_plans_go(self):
        f = function(lambda x, k: x * float(k))
        for k in range(300):
            f(X, k)
        assert len(f._plans) <= 256
        assert f(X, 0).numpy()[0, 0] == 0

    def test_floatx(self):
        f = function(lambda: as_tensor(1.5) * 2.0)
        assert f().dtype == "float32"
        config.set_floatx("float64")
        assert f().dtype == "float64"

    def test_run_functions_eagerly(self):
        calls = []
        f = function(lambda x: calls.append(x.is_symbolic) or x)
        f(X)
        config.run_functions_eagerly(True)
        try:
            f(X)
            f(X)
        finally:
            config.run_functions_eagerly(False)
        f(X)
        assert calls == [True, False, False]

    def test_an_error_while_tracing_is_not_kept(self):
        fails = [True]

        @function
        def f(x):
            if fails[0]:
                raise KeyError("no")
            return x * 2.0

        with pytest.raises(KeyError):
            f(X)
        fails[0] = False
        assert f(X).numpy()[0, 0] == 2

    def test_data_dependent_python(self):
        @function
        def f(x):
            if reduce.sum(x) > 0:
                return x
            return -x

        with pytest.warns(UserWarning, match="f runs as Python code, not as a plan"):
            np.testing.assert_array_equal(f(X), X if float(reduce.sum(X)) > 0 else -X)


class TestArguments:
    def test_structures_in_and_out(self):
        @function
        def f(a, b=None, *rest, **named):
            p = Pair(a["x"] + a["y"], [b[0], (b[1], None)])
            return {
                "pair": p,
                "rest": rest,
                "named": named,
                "n": 3,
                "text": "t",
                "none": None,
                "ordered": OrderedDict(q=a["x"]),
            }

        one = as_tensor(1.0)
        r = f({"y": X, "x": X.numpy()}, [one, X], one, z=X)
        assert isinstance(r["pair"], Pair) and r["pair"].b[1][1] is None and r["n"] == 3
        np.testing.assert_array_equal(r["pair"].a.numpy(), 2 * X.numpy())
        assert r["rest"][0].numpy() == 1 and r["named"]["z"].shape == (2, 3) and r["ordered"]["q"].shape == (2, 3)

    def test_namedtuples(self):
        f = function(lambda p: Pair(p.a + p.b, p.a - p.b))
        assert f(Pair(as_tensor(3.0), as_tensor(1.0))).b.numpy() == 2

    def test_order_of_dict_keys_does_not_matter(self):
        f = function(lambda d: d["a"] - d["b"])
        assert f({"a": as_tensor(3.0), "b": as_tensor(1.0)}).numpy() == 2
        assert f({"b": as_tensor(1.0), "a": as_tensor(3.0)}).numpy() == 2

    def test_arrays_variables_and_arguments_returned(self):
        v = Variable(np.float32([1, 2]))
        f = function(lambda x: (np.float32([3, 4]), v, x, x))
        a, b, c, d = f(X)
        v.assign([5, 6])
        assert a.tolist() == [3, 4] and b.tolist() == [1, 2] and c.tolist() == d.tolist() == X.tolist()
        assert f(X)[1].tolist() == [5, 6]

    def test_input_signature(self):
        @function(input_signature=[Spec([None, 3]), Spec([])])
        def f(x, k):
            return x * k

        assert f(np.ones((2, 3)), 2.0).shape == (2, 3) and f([[1, 2, 3]], 3).numpy().tolist() == [[3, 6, 9]]
        for wrong, text in [((np.ones((2, 4)), 1.0), "shape"), ((np.ones(3), 1.0), "shape"), ((X,), "missing a required"),
                            ((as_tensor(np.ones((2, 3))), 1.0), "float64"), ((X, 1.0, 2.0), "too many")]:  # fmt: skip
            with pytest.raises(TypeError, match=text):
                f(*wrong)

    def test_not_a_function(self):
        with pytest.raises(TypeError, match="must be callable"):
            function(3)
        with pytest.raises(TypeError, match="unexpected keyword"):
            function(lambda x: x, optimise=True)


class TestMethods:
    def test_each_object_has_its_own_plans(self):
        class Scale:
            def __init__(self, k):
                self.k, self.v = k, Variable(k)

            @function
            def apply(self, x):
                self.v.assign_add(1.0)
                return x * self.k + self.v * 0.0

        a, b = Scale(2.0), Scale(3.0)
        for _ in range(3):
            assert a.apply(X).numpy()[0, 0] == 2 and b.apply(X).numpy()[0, 0] == 3
        assert a.v.numpy() == 5 and traces(a.apply) == 1 and a.apply is a.apply
        gone = weakref.ref(a)
        del a
        gc.collect()
        assert gone() is None

    def test_of_a_layer_and_a_model(self):
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.d = layers.Dense(2)

            @function
            def call(self, x):
                return self.d(x) * 2.0

            @function(input_signature=[Spec([None, 3])])
            def serve(self, x):
                return self(x)

        model = Net()
        y = model(X)
        np.testing.assert_allclose(y.numpy(), model.d(X).numpy() * 2, rtol=1e-6)
        np.testing.assert_array_equal(model.serve(X).numpy(), y.numpy())
        model.compile("sgd", "mse")
        model.fit(X.numpy(), np.ones((2, 2)), verbose=0)
        assert model.predict(X.numpy()).shape == (2, 2)

    def test_staticmethods_and_dataclasses(self):
        @dataclasses.dataclass(eq=False)
        class Box:
            k: float

            @staticmethod
            @function
            def double(x):
                return x * 2.0

            @function
            def times(self, x):
                return x * self.k

        assert Box.double(X).numpy()[0, 0] == Box(1.0).double(X).numpy()[0, 0] == 2
        box = Box(4.0)
        assert box.times(X).numpy()[0, 0] == 4


class TestGradients:
    def test_inside(self):
        v = Variable(np.float32([1, 2, 3]))

        @function
        def f(x):
            with keras.GradientTape() as tape:
                tape.watch(x)
                with keras.GradientTape() as inner:
                    inner.watch(x)
                    y = reduce.sum(x * x * x * v)
                first = inner.gradient(y, x)
            return y, first, tape.gradient(first, x)

        _, first, second = f(X)
        np.testing.assert_allclose(first.numpy(), 3 * X.numpy() ** 2 * v.numpy(), rtol=1e-6)
        np.testing.assert_allclose(second.numpy(), 6 * X.numpy() * v.numpy(), rtol=1e-6)

    def test_outside(self):
        v = Variable(2.0)
        f = function(lambda x: x * x * v)
        for _ in range(2):
            f(X)
            with keras.GradientTape() as tape:
                tape.watch(X)
                y = f(X)
            dx, dv = tape.gradient(y, [X, v])
            np.testing.assert_allclose(dx.numpy(), 4 * X.numpy(), rtol=1e-6)
            np.testing.assert_allclose(dv.numpy(), (X.numpy() ** 2).sum(), rtol=1e-6)

    def test_a_training_loop_of_ones_own(self):
        def run(wrap, optimizer):
            keras.utils.set_random_seed(3)
            model = keras.Sequential([layers.Dense(8, "tanh", input_shape=(3,)), layers.Dropout(0.3), layers.Dense(1)])
            seen = keras.metrics.Mean()

            @wrap
            def step(x, y):
                with keras.GradientTape() as tape:
                    loss = reduce.mean((model(x, training=True) - y) ** 2)
                grads = tape.gradient(loss, model.trainable_variables)
                optimizer.apply_gradients(zip(grads, model.trainable_variables, strict=True))
                seen.update_state(loss)
                return loss

            losses = [float(step(X, as_tensor(np.ones((2, 1), "float32")))) for _ in range(20)]
            return (
                losses,
                float(seen.result()),
                [w.tobytes() for w in model.get_weights()],
                optimizer.iterations.numpy(),
            )

        for make in (lambda: optimizers.Adam(0.01), lambda: optimizers.SGD(0.1, 0.9, clipnorm=0.1)):
            assert run(function, make()) == run(lambda f: f, make())

    def test_custom_inside_a_function(self):
        f = function(lambda x: function(lambda y: y * 2.0)(x) + 1.0)
        assert f(X).numpy()[0, 0] == 3
        inner = function(lambda y: y * 2.0)
        outer = function(lambda x: inner(x) + inner(x * 2.0))
        assert outer(X).numpy()[0, 0] == 6 and traces(inner) == 0


class TestState:
    def test_variables_are_updated(self):
        v, calls = Variable(0.0), []

        @function
        def count(step):
            calls.append(1)
            v.assign_add(step)
            return v

        assert [float(count(as_tensor(2.0))) for _ in range(4)] == [2, 4, 6, 8] and len(calls) == 1
        v.assign(100.0)
        assert float(count(as_tensor(1.0))) == 101

    def test_made_once_inside(self):
        held = types.SimpleNamespace(v=None)

        @function
        def f(x):
            if held.v is None:
                held.v = Variable(1.0)
            held.v.assign_add(1.0)
            return x * held.v

        assert [f(X).numpy()[0, 0] for _ in range(3)] == [2, 3, 4]

    def test_draws_differ_and_the_seed_is_seen(self):
        f = function(lambda: keras.random.normal((3,)))
        keras.utils.set_random_seed(1)
        a, b = f().tolist(), f().tolist()
        keras.utils.set_random_seed(1)
        assert a != b and f().tolist() == a and keras.random.normal((3,)).tolist() == b

    def test_results_stay_when_it_runs_again(self):
        f = function(lambda x: (x * 2.0, shape.reshape(x, (6,)), random.uniform((3,), 0, 1, "float32", 5)))
        first = f(X)
        kept = [t.tolist() for t in first]
        f(-X)
        assert [t.tolist() for t in first] == kept

    def test_variables_moved_by_an_optimizer(self):
        a, b = Variable(np.float32([1, 2])), Variable(np.float32([3, 4]))
        f = function(lambda: a + b)
        held = f(), a.value()
        for _ in range(2):
            optimizers.Adam(0.5).apply_gradients([(np.float32([1, 1]), b), (np.float32([1, 1]), a)])
            np.testing.assert_array_equal(f().numpy(), a.numpy() + b.numpy())
        assert held[0].tolist() == [4, 6] and held[1].tolist() == [1, 2]

    def test_an_argument_that_is_the_value_of_a_variable_it_writes(self):
        v = Variable(np.float32([1, 2]))

        def f(x):
            v.assign(v + 1.0)
            return x + v

        for run in (f, function(f)):
            v.assign([1, 2])
            assert run(v.value()).tolist() == [3, 5]


def test_many_threads():
    """One function, many threads, shapes that are new to it: nobody gets another's result."""
    v = Variable(1.0)
    f = function(lambda x: reduce.sum(e.square(x) * v, 1))
    wrong, barrier = [], threading.Barrier(6)

    def work(k):
        barrier.wait(20)
        for n in range(200):
            x = np.full((1 + n % 7, 3), k, "float32")
            if f(x).tolist() != [3.0 * k * k] * len(x):
                wrong.append((k, n))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
    [t.start() for t in threads]
    [t.join(60) for t in threads]
    assert not wrong and not any(t.is_alive() for t in threads)


def test_get_concrete_function():
    f = function(lambda x: x * 2.0)
    g = f.get_concrete_function(X)
    assert g(X.numpy()).numpy()[0, 0] == 2 and traces(f) == 1


class TestConcreteFunctions:
    def test_of_specs_with_unknown_extents(self):
        f = function(lambda x, k: x * k)
        g = f.get_concrete_function(Spec([None, 3]), 2.0)
        assert traces(f) == 0
        for n in (2, 4):
            assert g(np.ones((n, 3), "float32")).numpy().tolist() == [[2.0] * 3] * n
        assert g.inputs[0].shape == (None, 3) and g.structured_input_signature[0][1] == 2.0 and g.name == f.name
        with pytest.raises(TypeError, match="must match `input_signature`"):
            g(np.ones((2, 4), "float32"))
        with pytest.raises(TypeError, match="takes 1 tensors"):
            g()
        with pytest.raises(TypeError, match="takes 1 tensors"):
            g(X, X)

    def test_of_tensors_and_keywords(self):
        f = function(lambda x, *, y, add=True: x + y if add else x - y)
        g = f.get_concrete_function(X, y=X, add=False)
        assert traces(f) == 1  # extents are known: what cannot be traced says so now
        assert not g(X, y=X).numpy().any() and not g(X, X).numpy().any() and traces(f) == 1

    def test_of_an_input_signature(self):
        f = function(lambda x: x + 1.0, input_signature=[Spec([2])])
        assert f.get_concrete_function()(np.zeros(2, "float32")).tolist() == [1.0, 1.0]

    def test_says_what_cannot_be_traced(self):
        with pytest.warns(UserWarning, match="runs as Python code, not as a plan"):
            f = function(lambda x: float(x)).get_concrete_function(Spec([]))
        assert float(f(2.0)) == 2.0

    def test_facts(self):
        @function(autograph=False, reduce_retracing=True, experimental_relax_shapes=True)
        def double(x):
            return x * 2.0

        double(X)
        assert double.name == "double" and double.pretty_printed_concrete_signatures() == "double((2, 3) float32)"
        assert list(double.function_spec.parameters) == ["x"] and double.input_signature is None
        np.testing.assert_array_equal(double.python_function(X).numpy(), double(X).numpy())


def test_a_plan_does_not_keep_the_arguments_it_was_traced_with():
    """The first batch of every shape would stay in memory."""
    f = function(lambda x, more: x + more["y"][0])
    x, y = as_tensor(np.ones(3, "f4")), as_tensor(np.ones(3, "f4"))
    held = weakref.ref(x), weakref.ref(y)
    np.testing.assert_array_equal(f(x, more={"y": [y]}).numpy(), [2, 2, 2])
    del x, y
    gc.collect()
    assert held[0]() is None and held[1]() is None


def test_a_plan_keeps_the_objects_its_signature_names():
    """Their ids would be given to others."""
    f = function(lambda x, scale: x * scale.value)
    for k in range(50):
        scale = types.SimpleNamespace(value=float(k))
        assert float(f(as_tensor(1.0), scale)) == k
        del scale


class TestInputSignature:
    def test_by_name_and_with_defaults(self):
        f = function(lambda x, k=3.0: x * k, input_signature=[Spec([2])])
        assert f(np.ones(2, "f4")).tolist() == f(x=[1.0, 1.0]).tolist() == [3.0, 3.0]
        g = function(lambda x, k: x * k, input_signature=[Spec([2]), Spec([])])
        assert g([1.0, 2.0], k=2.0).tolist() == g(k=2.0, x=[1.0, 2.0]).tolist() == [2.0, 4.0]
        c = g.get_concrete_function()
        assert c(x=as_tensor([1.0, 2.0]), k=2.0).tolist() == c([1.0, 2.0], k=2.0).tolist() == [2.0, 4.0]

    def test_of_a_method(self):
        class Scale:
            @function(input_signature=[Spec([2])])
            def by_two(self, x):
                return x * 2.0

        assert Scale().by_two(x=[1.0, 2.0]).tolist() == [2.0, 4.0]

    @pytest.mark.parametrize(
        ("args", "kwargs", "words"),
        [
            ((X,), {}, "missing a required argument: 'k'"),
            ((X, X, X), {}, "too many"),
            ((X, 1.0), {"z": 1}, "unexpected"),
        ],
    )
    def test_wrong_arguments(self, args, kwargs, words):
        with pytest.raises(TypeError, match=words):
            function(lambda x, k: x * k, input_signature=[Spec([2, 3]), Spec([])])(*args, **kwargs)

    def test_must_be_a_list(self):
        with pytest.raises(TypeError, match="`input_signature` must be a list or tuple"):
            function(lambda x: x, input_signature=Spec([]))


class TestPythonCode:
    """Functions whose Python code needs values."""

    def test_it_is_tried_and_told_once(self):
        def f(x, flip=False):
            return -x if flip else x if float(x[0]) > 0 else x * 0.0

        planned = function(f)
        with pytest.warns(UserWarning, match="f runs as Python code") as told:
            for n in (1, 2, 3, 2):
                assert planned(np.ones(n, "f4")).tolist() == [1.0] * n
        assert traces(planned) == 1 and len(told) == 1 and told[0].filename == __file__
        assert planned(np.ones(2, "f4"), flip=True).tolist() == [-1.0, -1.0] and traces(planned) == 2  # that is a plan

    def test_an_error_in_the_code_is_that_error(self):
        @function
        def f(x):
            if float(x) > 0:
                raise KeyError("of the user's")

        for _ in range(2):
            with pytest.raises(KeyError, match="of the user's"), pytest.warns(UserWarning) if not _ else nullcontext():
                f(as_tensor(1.0))

    def test_a_partial_function(self):
        assert function(functools.partial(lambda a, b: a + b, b=1.0))(as_tensor(1.0)).numpy() == 2

    def test_who_catches_the_error_gets_no_plan_without_values(self):
        """Its branch for an error would be in the plan for good."""

        def by_condition(x):
            try:
                if reduce.sum(x) > 0:
                    return x
            except TypeError:
                return x * 100.0
            return -x

        def by_another_error(x):
            try:
                return x * float(reduce.sum(x))
            except Exception as error:
                raise KeyError("no number") from error

        def by_suppressing(x):
            n = 100.0
            with suppress(Exception):
                n = np.asarray(x)[0]
            return x * n

        for f in (by_condition, by_another_error, by_suppressing):
            planned = function(f)
            with pytest.warns(UserWarning, match="runs as Python code"):
                for x in (2.0, -3.0):
                    x = as_tensor(np.float32([x]))
                    assert planned(x).numpy() == f(x).numpy()

    def test_a_layer_made_in_every_call(self):
        """Its weights would be those of the trace for good."""
        f = function(lambda x: layers.Dense(2)(x))
        with pytest.raises(ValueError, match="only supports singleton tf.Variables"):
            f(X)
        made = []

        @function
        def g(x):
            made or made.append(layers.Dense(2))
            return made[0](x)

        np.testing.assert_array_equal(g(X), made[0](X))
        assert len(made) == 1

    def test_a_layer_made_in_every_call_of_a_model(self):
        class Model(keras.Model):
            def call(self, x):
                return layers.Dense(3)(x)

        with pytest.raises(ValueError, match="only supports singleton tf.Variables"):
            Model().predict(X.numpy(), verbose=0)

    def test_what_is_tried_in_vain_draws_no_random_numbers(self):
        def f(x):
            y = x * np.float32(np.random.rand() + stdlib_random.random())
            return y if y[0] > 0 else -y

        drawn = []
        for g in (f, function(f)):
            np.random.seed(1)
            stdlib_random.seed(2)
            with pytest.warns(UserWarning) if g is not f else nullcontext():
                drawn.append([g(as_tensor(np.float32([1]))).numpy().tolist() for _ in range(3)])
        assert drawn[0] == drawn[1]
