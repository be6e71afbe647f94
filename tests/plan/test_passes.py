"""Each pass keeps the bits and does what it says."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyseq.core import Variable, as_tensor, kernels
from pyseq.core.structure import flatten, map_structure
from pyseq.ops import elementwise as e
from pyseq.ops import random, reduce, shape, softmax
from pyseq.plan import Plan
from pyseq.plan import plan as plan_module
from pyseq.plan.passes import (
    PASSES,
    drop_unread,
    fold_constants,
    keep_old_values,
    outputs_of_their_own,
    share_equal,
    share_softmax,
)
from pyseq.plan.trace import is_symbolic, trace_function

rng = np.random.default_rng(1)
X = as_tensor(rng.standard_normal((3, 4)).astype("float32"))
Y = as_tensor(rng.standard_normal((3, 4)).astype("float32"))


def traced(f, *tensors):
    graph, result, trace = trace_function(f, [(t.shape, t.dtype) for t in tensors])
    graph.outputs = [trace.value_of(t) for t in flatten(result) if is_symbolic(t)]
    return graph


def names(graph):
    return [node.kernel.name for node in graph.nodes]


def run_with(passes, patch, f, *tensors):
    """What a plan gives that went through these passes alone."""
    with patch.context() as p:
        p.setattr(plan_module, "optimize", lambda graph: [run(graph) for run in passes] and graph)
        plan = Plan(f, [(t.shape, t.dtype) for t in tensors])
    return plan, map_structure(lambda t: t.numpy() if hasattr(t, "numpy") else t, plan(*tensors))


class TestKeepOldValues:
    def test_copies_once_and_only_what_is_read_late(self):
        v, w = Variable(np.ones(3, "float32")), Variable(np.ones(3, "float32"))

        def f():
            old = v.value()
            e.add(w.value(), 1.0)
            v.assign(old * 2.0)
            w.assign(v)
            return old + 1.0, old * 3.0

        graph = traced(f)
        before = names(graph)
        keep_old_values(graph)
        assert len(graph.nodes) == len(before) + 1
        where = next(j for j, n in enumerate(graph.nodes) if v in [u for u in n.updates if u is v])
        kept = graph.nodes[where - 1]
        assert kept.kernel.name == "copy" and not kept.updates and kept.inputs[0].source[0] is v
        assert all(n.inputs[0] is kept.outputs[0] for n in graph.nodes[-2:])

    def test_every_version_is_kept(self):
        v = Variable(np.float32([1.0]))

        def f():
            seen = []
            for _ in range(4):
                seen.append(v.value())
                v.assign(v * 2.0)
            return (*seen, v.value(), seen[0] + seen[3])

        expected = [t.numpy() for t in f()]
        v.assign([1.0])
        plan = Plan(f, [])
        for t, x in zip(plan(), expected, strict=True):
            np.testing.assert_array_equal(t.numpy(), x)
        assert plan()[0].numpy() == 16


class TestDropUnread:
    def test_drops_chains_and_keeps_effects(self):
        v = Variable(np.ones((3, 4), "float32"))

        def f(x):
            unread = e.exp(e.exp(x))
            e.add(unread, 1.0)
            v.assign(e.negative(x))
            return e.square(x)

        graph = traced(f, X)
        drop_unread(graph)
        assert len(graph.nodes) == 3 and graph.nodes[1].updates == (v,)

    def test_keeps_checks(self):
        labels = as_tensor(np.int64([0, 1, 9]))
        plan = Plan(
            lambda c, x: softmax.sparse_softmax_crossentropy(c, x) is None, [((3,), "int64"), ((3, 4), "float32")]
        )
        with pytest.raises(ValueError, match="label value of 9"):
            plan(labels, X)

    def test_a_draw_that_nobody_reads_still_moves_the_state_on(self):
        state = Variable(np.int64([1, 0]), trainable=False)
        plan = Plan(lambda: random.uniform((5,), 0, 1, "float32", state) is None, [])
        plan()
        after = state.numpy()
        random.uniform((5,), 0, 1, "float32", state)
        assert state.numpy()[1] == 2 * after[1] > 0


class TestFoldConstants:
    def test_computes_what_depends_on_constants_alone(self):
        a = as_tensor(np.float32([1, 2, 3, 4]))
        graph = traced(lambda x: x + e.exp(a * 2.0) + e.exp(shape.zeros((4,), "float32")), X)
        fold_constants(graph)
        assert len(graph.nodes) == 2

    def test_a_draw_of_a_fixed_seed_is_a_constant_and_of_a_state_is_not(self):
        state = Variable(np.int64([1, 0]), trainable=False)
        fixed = Plan(lambda: random.uniform((5,), 0, 1, "float32", 3), [])
        moving = Plan(lambda: random.uniform((5,), 0, 1, "float32", state), [])
        assert fixed().tolist() == fixed().tolist() == random.uniform((5,), 0, 1, "float32", 3).tolist()
        assert moving().tolist() != moving().tolist()

    def test_large_ones_are_computed_in_each_run(self):
        graph = traced(lambda: e.exp(shape.full((300, 300), 1.0)))
        fold_constants(graph)
        assert len(graph.nodes) >= 1

    def test_variables_are_no_constants(self):
        v = Variable(np.float32([1, 2]))
        plan = Plan(lambda: e.exp(v), [])
        v.assign([0, 0])
        assert plan().tolist() == [1, 1]


class TestShareEqual:
    def test_shares_equal_chains(self):
        graph = traced(lambda x, y: (e.exp(x + y), e.exp(x + y), e.exp(y + x), x * 2.0, x * 2.0, x * 3.0), X, Y)
        share_equal(graph)
        assert len(graph.nodes) == 6
        assert graph.outputs[0] is graph.outputs[1] is not graph.outputs[2] and graph.outputs[3] is graph.outputs[4]

    def test_another_version_of_a_variable_is_another_value(self):
        v = Variable(np.float32([1, 2]))

        def f():
            a = e.exp(v)
            v.assign(v * 2.0)
            return a, e.exp(v), e.exp(v)

        plan = Plan(f, [])
        a, b, c = plan()
        np.testing.assert_array_equal(a.numpy(), e.exp(as_tensor(np.float32([1, 2]))).numpy())
        np.testing.assert_array_equal(b.numpy(), e.exp(as_tensor(np.float32([2, 4]))).numpy())
        assert c.tolist() == b.tolist() and len([n for n in plan.graph.nodes if n.kernel.name.startswith("exp")]) <= 2

    def test_draws_are_not_shared(self):
        state = Variable(np.int64([1, 0]), trainable=False)
        a, b = Plan(lambda: [random.uniform((5,), 0, 1, "float32", state) for _ in range(2)], [])()
        assert a.tolist() != b.tolist()

    def test_zero_and_minus_zero_differ(self):
        def f(x):
            zeros = [e.multiply(x, s) for s in (0.0, -0.0)]
            clipped = [e.clip(zeros[1], s, 1.0) for s in (0.0, -0.0)]
            return (*zeros, *clipped, shape.full((2,), 0.0), shape.full((2,), -0.0), e.add(x, -0.0), e.add(x, 0.0))

        x = as_tensor(np.float32([1, -1, 0.0, -0.0]))
        plan = Plan(f, [(x.shape, x.dtype)])
        for got, expected in zip(plan(x), f(x), strict=True):
            assert got.numpy().tobytes() == expected.numpy().tobytes()

    def test_same_bytes_of_two_dtypes_and_shapes_differ(self):
        zero = [np.float32(0), np.int32(0), np.float32([0]), np.float32([[0]])]
        made = Plan(lambda: [e.cast(as_tensor(z), "float64") for z in zero], [])()
        assert [t.shape for t in made] == [(), (), (1,), (1, 1)]


class TestShareSoftmax:
    SOFTMAX, CROSSENTROPY, SPARSE = kernels("softmax", "crossentropy", "sparse_crossentropy")

    @pytest.mark.parametrize("rows, n", [(1, 1), (1, 2), (3, 10), (16, 5), (33, 100), (2, 1500)])
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    @pytest.mark.parametrize("scale", [0.1, 3, 60])
    def test_same_bits(self, rows, n, dtype, scale, isa):
        x = as_tensor((rng.standard_normal((rows, n)) * scale).astype(dtype))
        t = as_tensor(np.eye(n, dtype=dtype)[rng.integers(0, n, rows)])
        c = as_tensor(rng.integers(0, n, rows))

        def f(x, t, c):
            return softmax.softmax(x), softmax.softmax_crossentropy(t, x), softmax.sparse_softmax_crossentropy(c, x)

        plan = Plan(f, [(a.shape, a.dtype) for a in (x, t, c)])
        assert "softmax" not in names(plan.graph)
        for got, expected in zip(plan(x, t, c), f(x, t, c), strict=True):
            assert got.numpy().tobytes() == expected.numpy().tobytes()

    def test_not_when_it_is_read_before(self):
        def f(x):
            p = softmax.softmax(x)
            return softmax.softmax_crossentropy(p, x)  # its labels are the probabilities

        graph = traced(f, X)
        share_softmax(graph)
        drop_unread(graph)
        assert "softmax" in names(graph)
        plan = Plan(f, [(X.shape, X.dtype)])
        assert plan(X).tolist() == f(X).tolist()

    def test_not_of_other_logits(self):
        graph = traced(lambda x, y: (softmax.softmax(x), softmax.softmax_crossentropy(y, y)), X, Y)
        share_softmax(graph)
        drop_unread(graph)
        assert "softmax" in names(graph)


def test_outputs_of_their_own():
    v = Variable(np.ones((3, 4), "float32"))
    graph = traced(lambda x: (x, x, as_tensor(1.0), v.value(), x + 1.0), X)
    outputs_of_their_own(graph)
    assert all(o.kind == "temporary" for o in graph.outputs) and graph.outputs[0] is graph.outputs[1]


# ------------------------------------------------------------------------------------------------ any program

UNARY = [e.exp, e.negative, e.square, e.tanh, softmax.softmax, lambda x: shape.reshape(shape.reshape(x, (12,)), (3, 4)),
         lambda x: shape.concatenate([x[:, 2:], x[:, :2]], 1), lambda x: x * 0.5, lambda x: x + 1.0,
         lambda x: x * as_tensor(np.float32([1, 2, 3, 4]))]  # fmt: skip
BINARY = [e.add, e.subtract, e.multiply, e.maximum, lambda x, y: x + reduce.sum(y, -1, True) * 0.1,
          lambda x, y: x + shape.expand_dims(softmax.softmax_crossentropy(x, y), -1) * 0.01]  # fmt: skip
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("unary"), st.integers(0, len(UNARY) - 1), st.integers(0, 30), st.just(0)),
        st.tuples(st.just("binary"), st.integers(0, len(BINARY) - 1), st.integers(0, 30), st.integers(0, 30)),
        st.tuples(st.just("assign"), st.integers(0, 1), st.integers(0, 30), st.just(0)),
        st.tuples(st.just("read"), st.integers(0, 1), st.just(0), st.just(0)),
        st.tuples(st.just("draw"), st.just(0), st.just(0), st.just(0)),
    ),
    max_size=14,
)


class Program:
    """A program of random steps on two inputs, two variables and a random state."""

    def __init__(self, steps, returned):
        self.steps, self.returned = steps, returned
        self.variables = [Variable(X), Variable(Y)]
        self.state = Variable(np.int64([5, 0]), trainable=False)

    def __call__(self, x, y):
        known = [x, y]
        for kind, k, a, b in self.steps:
            if kind == "unary":
                known.append(UNARY[k](known[a % len(known)]))
            elif kind == "binary":
                known.append(BINARY[k](known[a % len(known)], known[b % len(known)]))
            elif kind == "assign":
                self.variables[k].assign(known[a % len(known)])
            elif kind == "read":
                known.append(self.variables[k].value())
            else:
                known.append(random.uniform((3, 4), -1, 1, "float32", self.state))
        return [known[k % len(known)] for k in self.returned]

    def states(self):
        return [v.numpy().tobytes() for v in (*self.variables, self.state)]


@given(STEPS, st.lists(st.integers(0, 30), min_size=1, max_size=4), st.integers(0, 3))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_program_keeps_its_bits(team, steps, returned, n_threads):
    """Three runs in a row, by any number of threads; 0: through the least of the passes."""
    eager, planned = Program(steps, returned), Program(steps, returned)
    expected = []
    with np.errstate(all="ignore"):
        for _ in range(3):
            expected.append([t.numpy().tobytes() for t in eager(X, Y)] + eager.states())
        with team(max(1, n_threads)):
            if n_threads:
                plan = Plan(planned, [(X.shape, X.dtype)] * 2)
            else:
                before, plan_module.optimize = (
                    plan_module.optimize,
                    lambda g: (keep_old_values(g), outputs_of_their_own(g), g)[2],
                )
                try:
                    plan = Plan(planned, [(X.shape, X.dtype)] * 2)
                finally:
                    plan_module.optimize = before
            for k in range(3):
                assert [t.numpy().tobytes() for t in plan(X, Y)] + planned.states() == expected[k]


def test_the_passes_end_with_outputs_of_their_own():
    assert PASSES[0] is keep_old_values and PASSES[-1] is outputs_of_their_own
