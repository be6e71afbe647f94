"""Values that live at the same time have places of their own; threads meet wherever they touch the same memory."""

import ctypes
import itertools
import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import pyseq as keras
from pyseq.core import as_tensor
from pyseq.core.dtypes import float32, uint8
from pyseq.plan.graph import Graph, Node, Value
from pyseq.plan.memory import ALIGNMENT, meetings, place


class Compiled:
    function = None


class Python:
    function = print


@st.composite
def graphs(draw, most=14):
    """A graph of nodes that read earlier values and make up to two of any size."""
    known, nodes = [Value((3,), float32, "input", 0, 1)], []
    for _ in range(draw(st.integers(0, most))):
        inputs = [known[k % len(known)] for k in draw(st.lists(st.integers(0, 50), max_size=3))]
        outputs = [Value((n,), uint8, "temporary", None, 1) for n in draw(st.lists(st.integers(0, 300), max_size=2))]
        nodes.append(Node(Compiled, inputs, outputs, (), (), 1, 1, float32))
        known += outputs
    outputs = [v for v in known if v.kind == "temporary" and draw(st.booleans())][:3]
    return Graph([((3,), float32)], nodes, outputs)


def lives(graph, v, j):
    """Must v keep its values while node j runs?"""
    made = next(k for k, n in enumerate(graph.nodes) if any(o is v for o in n.outputs))
    used = [k for k, n in enumerate(graph.nodes) if any(i is v for i in n.inputs)]
    return made <= j <= max([made, *used])


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_living_values_do_not_overlap(graph):
    placed = {id(v) for v in graph.outputs}
    offsets, size = place(graph.nodes, placed)
    values = [v for n in graph.nodes for v in n.outputs if id(v) not in placed]
    assert offsets.keys() == {id(v) for v in values}
    for v in values:
        assert offsets[id(v)] % ALIGNMENT == 0 and offsets[id(v)] + v.nbytes <= size
    for j in range(len(graph.nodes)):
        living = sorted((offsets[id(v)], v.nbytes) for v in values if lives(graph, v, j))
        for (a, n), (b, _) in itertools.pairwise(living):
            assert a + max(n, 1) <= b
    rounded = [max(ALIGNMENT, -(-v.nbytes // ALIGNMENT) * ALIGNMENT) for v in values]
    assert size <= sum(rounded)


def test_a_chain_needs_two_places():
    values = [Value((1000,), float32, "temporary", None, 1) for _ in range(10)]
    nodes = [
        Node(Compiled, [a] if a else [], [b], (), (), 1, 1, float32) for a, b in itertools.pairwise([None, *values])
    ]
    _, size = place(nodes)
    assert size <= 2 * math.ceil(4000 / ALIGNMENT) * ALIGNMENT


REGION = st.tuples(st.integers(0, 2), st.integers(0, 40), st.integers(1, 20)).map(lambda r: (r[0], r[1], r[1] + r[2]))
ACCESS = st.tuples(st.lists(REGION, max_size=3), st.lists(REGION, max_size=2))


def touch(a, b):
    return any(s == t and x < w and u < y for s, x, y in a for t, u, w in b)


@given(
    st.lists(
        st.tuples(ACCESS, st.booleans(), st.sampled_from(["plain", "plain", "plain", "check", "call"])), max_size=12
    )
)
@settings(max_examples=150, deadline=None)
def test_threads_meet_between_any_two_that_touch_the_same_memory(described):
    """Brute force: for every pair of nodes that different threads may do, and of which one writes what the other touches."""
    nodes = [
        Node(
            Python if kind == "call" else Compiled,
            [],
            [],
            (),
            (),
            1,
            1,
            float32,
            (),
            ValueError if kind == "check" else None,
        )
        for _, _, kind in described
    ]
    # Such an instruction is thread 0's alone.
    threaded = [shared and kind == "plain" for _, shared, kind in described]
    access = {id(n): a for n, (a, _, _) in zip(nodes, described, strict=True)}
    flags = meetings(nodes, lambda n: access[id(n)], threaded)
    assert len(flags) == len(nodes)
    for i, j in itertools.combinations(range(len(nodes)), 2):
        (reads, writes), (more_reads, more_writes) = described[i][0], described[j][0]
        conflict = touch(writes, more_reads) or touch(writes, more_writes) or touch(reads, more_writes)
        if conflict and (threaded[i] or threaded[j]):
            assert any(flags[i + 1 : j + 1]), (i, j)
    for i, (_, _, kind) in enumerate(described[:-1]):
        if kind != "plain":
            assert flags[i + 1]  # the others must learn that it failed
    if not any(threaded) and all(kind == "plain" for _, _, kind in described):
        assert not any(flags)


def test_independent_nodes_do_not_meet():
    nodes = [Node(Compiled, [], [], (), (), 1, 1, float32) for _ in range(3)]
    at = {id(n): ([("in", 0, 10)], [("out", 10 * k, 10 * k + 10)]) for k, n in enumerate(nodes)}
    assert meetings(nodes, lambda n: at[id(n)], [True] * 3) == [False] * 3


def test_regions_of_a_plan_name_what_it_touches(team):
    """Neighbouring threaded instructions on the same variable, input, output and constant."""
    from pyseq.core import Variable, as_tensor
    from pyseq.plan import Plan

    v = Variable(np.zeros(70000, "float32"))
    ones = as_tensor(np.ones(70000, "float32"))

    def f(x):
        for _ in range(20):
            v.assign(v + x)
            v.assign(v * ones)
        return v.value(), v + x, x

    with team(3):
        plan = Plan(f, [((70000,), "float32")])
        assert plan.shares
        for k in range(1, 6):
            a, b, c = plan(ones)
            assert set(a.tolist()) == {20.0 * k} and set(b.tolist()) == {20.0 * k + 1} and set(c.tolist()) == {1.0}


def test_a_step_reads_nothing_that_it_did_not_write():
    """Its memory is garbage at first, but for zeros between gradients that stand side by side."""

    def trained(poison):
        keras.utils.set_random_seed(1)
        layers = [keras.layers.Dense(7, "relu"), keras.layers.BatchNormalization(), keras.layers.Dense(3)]
        model = keras.Sequential([keras.Input((5,)), *layers])
        model.compile("adam", "mse")
        x = np.random.default_rng(0).standard_normal((16, 5)).astype("float32")
        for _ in range(3):
            garbage = [as_tensor(np.full(n, np.nan, "float32")) for n in poison]
            del garbage  # the next blocks of these sizes are theirs
            model.fit(x, x[:, :3], batch_size=8, epochs=1, verbose=0, shuffle=False)
        return model

    clean, dirty = trained([]), trained([n for n in range(16, 4096, 16) for _ in range(3)])
    for a, b in zip(clean.get_weights(), dirty.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    for v in [*dirty.trainable_variables[:-1], *dirty.optimizer.variables[1:-1]]:
        behind = -v.nbytes % 64
        assert ctypes.string_at(v.address + v.nbytes, behind) == bytes(behind), v.name
