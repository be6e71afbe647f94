"""Tracing: what becomes a constant, a variable, an output; errors name the user's line."""

import numpy as np
import pytest

import pyseq as keras
from pyseq import layers
from pyseq.core import Variable, as_tensor, engine, shapes_only, tracing
from pyseq.ops import elementwise as e
from pyseq.ops import reduce, shape
from pyseq.plan import Plan
from pyseq.plan.trace import PlanTrace, trace_function

X = as_tensor(np.float32([[1, -2, 3], [4, 5, -6]]))


def plan_of(f, *tensors):
    return Plan(f, [(t.shape, t.dtype) for t in tensors])


def check_same(f, *tensors):
    """The plan returns what the function does, twice."""
    plan, expected = plan_of(f, *tensors), f(*tensors)
    for _ in range(2):
        made = plan(*tensors)
        for a, b in zip(made, expected, strict=True):
            assert a.shape == b.shape and a.dtype == b.dtype and a.numpy().tobytes() == b.numpy().tobytes()
    return plan


def test_outputs_that_no_instruction_makes():
    v, held = Variable(np.float32([1, 2])), as_tensor(np.float32([7, 8, 9]))
    made = plan_of(lambda x: (x, x, held, v.value(), e.add(x, 1.0), None, 3, "text"), X)(X)
    assert [type(t).__name__ for t in made[5:]] == ["NoneType", "int", "str"]
    for t, expected in zip(made, (X, X, held, v, e.add(X, 1.0)), strict=False):
        np.testing.assert_array_equal(t.numpy(), expected.numpy())
    v.assign([5, 6])
    assert made[3].numpy().tolist() == [1, 2]


def test_the_same_value_returned_twice_is_made_once():
    plan = check_same(lambda x: (y := e.exp(x), y, y.reshaped((3, 2)), shape.reshape(y, (6,))), X)
    assert len(plan.outputs) == 1 and len(plan.graph.nodes) == 1


def test_no_input_no_output_no_instruction():
    assert plan_of(lambda: None)() is None
    assert plan_of(lambda x: None, X)(X) is None
    assert [t.tolist() for t in plan_of(lambda: [as_tensor(2.0), e.exp(as_tensor(0.0))])()] == [2.0, 1.0]
    assert plan_of(lambda x: {"a": [x, (x,)]}, X)(X)["a"][1][0].shape == (2, 3)


def test_empty_tensors():
    empty = as_tensor(np.zeros((0, 4), "float32"))
    check_same(lambda x: (e.exp(x), reduce.sum(x), reduce.sum(x, 0), x), empty)


def test_instructions_of_numpy_code_see_reshaped_tensors():
    def f(x):
        y = shape.reshape(x, (3, 2))
        flat = shape.reshape(y, (6,))
        return (
            shape.pad(y, [[1, 1], [0, 2]]), shape.concatenate([y, y], 1), shape.concatenate([y, e.exp(y)], 0),
            shape.concatenate([flat, flat], 0), reduce.max(y, 0),
        )  # fmt: skip

    check_same(f, X)
    check_same(lambda x: f(e.exp(x)), X)
    v = Variable(X)
    check_same(lambda: f(v))
    check_same(lambda: f(as_tensor(np.ones((2, 3), "float32"))))


def test_denormals_are_the_same_in_numpy_code():
    tiny = as_tensor(np.full((2, 40), 1e-40, "float32"))
    check_same(
        lambda x: (shape.cumsum(x, 1) if hasattr(shape, "cumsum") else reduce.cumsum(x, 1), e.add(x, x), x), tiny
    )


class TestVariables:
    def test_are_read_and_written_each_time_the_plan_runs(self):
        v = Variable(np.float32([1, 2, 3]))

        def f(x):
            old = v.value()
            v.assign_add(x)
            middle = v.value()
            v.assign(v * 2.0)
            return old, middle, v.value(), v.value() + old

        plan = plan_of(f, v.value())
        one, now = as_tensor(np.float32([1, 1, 1])), v.numpy()
        for _ in range(3):
            old, middle, new, total = [t.numpy() for t in plan(one)]
            np.testing.assert_array_equal(old, now)
            np.testing.assert_array_equal(middle, now + 1)
            np.testing.assert_array_equal(new, (now + 1) * 2)
            np.testing.assert_array_equal(total, new + old)
            now = v.numpy()
            np.testing.assert_array_equal(now, new)

    def test_swap(self):
        a, b = Variable(np.float32([1, 2])), Variable(np.float32([3, 4]))

        def swap():
            x, y = a.value(), b.value()
            a.assign(y)
            b.assign(x)

        plan = plan_of(swap)
        plan()
        assert a.numpy().tolist() == [3, 4] and b.numpy().tolist() == [1, 2]
        plan()
        assert a.numpy().tolist() == [1, 2]

    def test_assigned_to_itself_and_to_a_view_of_itself(self):
        v = Variable(np.float32([[1, 2], [3, 4]]))

        def f():
            v.assign(v)
            v.assign(shape.transpose(v))
            v.assign(shape.reshape(v, (2, 2)))

        plan = plan_of(f)
        plan()
        assert v.numpy().tolist() == [[1, 3], [2, 4]]

    def test_a_snapshot_from_before_is_a_constant(self):
        v = Variable(np.float32([1, 2]))
        held = v.value()
        plan = plan_of(lambda: (held + 0.0, v + 0.0))
        v.assign([5, 6])
        assert [t.tolist() for t in plan()] == [[1, 2], [5, 6]]
        assert held.tolist() == [1, 2]

    def test_a_snapshot_held_outside_keeps_its_values(self):
        v = Variable(np.float32([1, 2]))
        plan = plan_of(lambda: v.assign_add([1.0, 1.0]) is None)
        held = v.value()
        plan()
        again = v.value()
        plan()
        assert (held.tolist(), again.tolist(), v.numpy().tolist()) == ([1, 2], [2, 3], [3, 4])

    def test_tapes_know_them(self):
        v = Variable(np.float32([1, 2, 3]))

        def f(x):
            with keras.GradientTape() as tape:
                y = v * x
                v.assign(v + 1.0)
                z = y * v
            return tape.gradient(z, v)

        x = as_tensor(np.float32([1, 1, 2]))
        plan = plan_of(f, x)
        expected, got = f(x), None
        v.assign([1, 2, 3])
        got = plan(x)
        np.testing.assert_array_equal(got.numpy(), expected.numpy())

    def test_cannot_be_made_of_unknown_values(self):
        with pytest.raises(engine.UnmadeVariable, match="Create variables once, outside"):
            plan_of(lambda x: Variable(e.exp(x)), X)


def test_arrays_become_constants_when_traced():
    a = np.float32([1, 2])
    plan = plan_of(lambda x: x * a, as_tensor(a))
    a[0] = 100
    assert plan(as_tensor(np.float32([1, 1]))).tolist() == [1, 2]


class TestErrors:
    def located(self, f, line, *specs):
        with pytest.raises(TypeError) as caught:
            trace_function(f, list(specs) or [(X.shape, X.dtype)])
        text = str(caught.value)
        assert "test_trace.py, line " in text and line in text and "run_eagerly=True" in text
        return text

    def test_if(self):
        def f(x):
            if reduce.sum(x) > 0:  # the line
                return x

        self.located(f, "`if reduce.sum(x) > 0:  # the line`")

    def test_the_line_is_named_from_any_folder(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)

        def f(x):
            return np.exp(x)  # the line

        self.located(f, "`return np.exp(x)  # the line`")

    def test_while_and_bool_operators(self):
        def f(x):
            while reduce.any(x > 1) and True:
                x = x / 2.0

        self.located(f, "`while reduce.any(x > 1) and True:`")

    @pytest.mark.parametrize(
        "ask",
        [lambda x: float(x), lambda x: int(x), lambda x: np.asarray(x), lambda x: x.numpy(), lambda x: x.item(),
         lambda x: range(x), lambda x: [1, 2][x], lambda x: f"{x:.2f}", lambda x: x.tolist(), lambda x: np.array([x]),
         lambda x: max(x, 3.0), lambda x: x in [1, 2], lambda x: np.mean(np.asarray(x)), lambda x: sorted([x, x])],
    )  # fmt: skip
    def test_values(self, ask):
        def f(x):
            return ask(x)

        self.located(f, "lambda x:", ((), "float32"))

    def test_inside_a_layer_of_ones_own_and_of_a_model(self):
        class Odd(layers.Layer):
            def call(self, x):
                return x if float(reduce.sum(x)) > 0 else -x

        model = keras.Sequential([layers.Dense(2), Odd()])
        model.compile("sgd", "mse")
        x, y = np.ones((4, 3)), np.ones((4, 2))
        with pytest.warns(UserWarning, match="train_step runs as Python code") as told:
            model.fit(x, y, verbose=0)
        assert told[0].filename == __file__
        model.train_on_batch(x, y)
        assert model.predict(x).shape == (4, 2)
        assert tuple(model(x).shape) == (4, 2)

    def test_leaves_no_trace_active(self):
        with pytest.raises(ZeroDivisionError):
            trace_function(lambda x: 1 / 0, [((), "float32")])
        assert e.add(as_tensor(1.0), 1.0).numpy() == 2

    def test_a_symbolic_tensor_used_after_its_trace(self):
        leaked = []
        plan_of(lambda x: leaked.append(e.exp(x)), X)
        with pytest.raises(TypeError, match="symbolic tensor has no values"):
            leaked[0] + 1.0
        with pytest.raises(TypeError, match="made inside another traced function"):
            plan_of(lambda x: x + leaked[0], X)
        with pytest.raises(TypeError, match="symbolic"):
            plan_of(lambda x: x + 1.0, X)(leaked[0])
        assert "symbolic" in repr(leaked[0])

    def test_a_symbolic_tensor_from_a_trace_around(self):
        def outer(x):
            return plan_of(lambda y: y + x, X) and x

        with pytest.raises(TypeError, match="made inside another traced function"):
            plan_of(outer, X)

    def test_numpy_on_a_constant_is_allowed(self):
        assert plan_of(lambda x: x * float(as_tensor(3.0)) * np.asarray(as_tensor(2.0)), X)(X).numpy()[0, 0] == 6

    @pytest.mark.parametrize(
        "ask",
        [lambda v: float(v), lambda v: int(v), lambda v: v.numpy(), lambda v: np.asarray(v), lambda v: 2.0 if v else 1.0],
    )  # fmt: skip
    def test_the_value_of_a_variable_is_not_known(self, ask):
        """It may be another when the plan runs."""
        v = Variable(2.0)

        def f(x):
            return x * ask(v)

        self.located(f, "lambda v:")
        assert f(2.0) == 4

    def test_shapes_and_lengths_are_known(self):
        made = plan_of(lambda x: [row * float(len(x)) for row in x] + [x * float(x.shape[1])], X)(X)
        assert len(made) == 3 and made[0].tolist() == [2, -4, 6]


def test_traces_of_two_threads_do_not_mix():
    import threading

    results, barrier = {}, threading.Barrier(2)

    def work(k):
        def f(x):
            barrier.wait(10)
            y = x * float(k)
            barrier.wait(10)
            return y + 1.0

        results[k] = plan_of(f, X)(X).numpy()[0, 0]

    threads = [threading.Thread(target=work, args=(k,)) for k in (2, 3)]
    [t.start() for t in threads]
    [t.join(20) for t in threads]
    assert results == {2: 3, 3: 4}


def test_a_trace_that_does_not_end_is_put_back():
    trace = PlanTrace()
    with pytest.raises(engine.SymbolicError), tracing(trace):
        float(trace.input(0, (), X.dtype))
    assert as_tensor(1.0).numpy() == 1


def test_what_is_computed_from_extents_is_known():
    def f(x):
        extents = as_tensor(np.array(x.shape, "int32"))
        n = extents[0] * extents[1]
        return shape.reshape(x, (n // 2, -1)), shape.zeros(shape.stack([n, 3])), e.multiply(x, e.cast(n, x.dtype))

    plan = check_same(f, X)
    assert [t.shape for t in plan(X)] == [(3, 2), (6, 3), (2, 3)]
    with shapes_only():
        assert [t.shape for t in f(X)] == [(3, 2), (6, 3), (2, 3)]


def test_integers_of_variables_and_data_are_not_known():
    count = Variable(np.int32(3))
    with pytest.raises(engine.SymbolicError, match="no values"):
        plan_of(lambda x: shape.zeros((count.value() + 1,)), X)
    outside = count.value()
    plan = plan_of(lambda x: (e.add(outside, 1), e.add(count.value(), 1)), X)
    count.assign(7)
    assert [int(t) for t in plan(X)] == [4, 8]
