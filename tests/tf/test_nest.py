"""tf.nest: what TensorFlow 2.15.1 gives for the same calls."""

from collections import OrderedDict, defaultdict, namedtuple

import pytest

import pyseq.tf as tf

nest = tf.nest
N = namedtuple("N", "a b")


def add(a, b):
    return a + b


@pytest.mark.parametrize(
    "call, expected",
    [
        (lambda: nest.flatten({"b": [1, (2, 3)], "a": None}), [None, 1, 2, 3]),
        (lambda: nest.flatten(5), [5]),
        (lambda: nest.flatten("ab"), ["ab"]),
        (lambda: nest.flatten({1}), [{1}]),
        (lambda: nest.flatten({"b": [1, 2], "a": 3}.values()), [1, 2, 3]),
        (lambda: nest.map_structure(add, {"b": 1, "a": [2]}, {"a": [3], "b": 4}), {"b": 5, "a": [5]}),
        (lambda: nest.map_structure(add, [1, 2], (3, 4), check_types=False), [4, 6]),
        (lambda: nest.map_structure(add, {"a": 1}, OrderedDict(a=2)), {"a": 3}),
        (lambda: nest.map_structure(lambda a: a + 1, N(1, (2,))[1]), (3,)),
        (lambda: nest.map_structure(lambda a: a + 1, N(1, 2)), N(2, 3)),
        (lambda: nest.pack_sequence_as({"b": 0, "a": (0, [0])}, [1, 2, 3]), {"b": 3, "a": (1, [2])}),
        (lambda: nest.pack_sequence_as(0, [1]), 1),
        (lambda: [nest.is_nested(x) for x in ("ab", [], {}, (1,), tf.constant([1]), None)], [False, True, True, True, False, False]),
        (lambda: nest.assert_same_structure([1, {"a": 2}], [3, {"a": 4}]), None),
    ],
)  # fmt: skip
def test_value(call, expected):
    got = call()
    assert got == expected and type(got) is type(expected)


def test_dicts_keep_their_class_and_order():
    ordered = nest.map_structure(lambda a: a + 1, OrderedDict(b=1, a=2))
    assert type(ordered) is OrderedDict and list(ordered.items()) == [("b", 2), ("a", 3)]
    made = nest.map_structure(lambda a: a + 1, defaultdict(list, {"a": 1}))
    assert made == {"a": 2} and made["new"] == []
    calls = []
    nest.map_structure(calls.append, {"b": 1, "a": 2})
    assert calls == [2, 1]


@pytest.mark.parametrize(
    "call, kind, message",
    [
        (lambda: nest.map_structure(add, [1, 2], (3, 4)), TypeError, "has type list"),
        (lambda: nest.map_structure(add, [1, 2], [3]), ValueError, "same number of elements"),
        (lambda: nest.map_structure(add, {"a": 1}, {"b": 1}), ValueError, "same set of keys"),
        (lambda: nest.assert_same_structure([1], 2), ValueError, "is a sequence, while"),
        (lambda: nest.assert_same_structure([[1]], [[1, 2]]), ValueError, "same number of elements"),
        (lambda: nest.assert_same_structure(N(1, 2), (1, 2)), TypeError, "has type N"),
        (lambda: nest.pack_sequence_as([0, 0], [1]), ValueError, "had 2 atoms, but flat_sequence had 1 items"),
        (lambda: nest.pack_sequence_as(0, [1, 2]), ValueError, "1 atoms"),
        (lambda: nest.pack_sequence_as([0], 5), TypeError, "incompatible type"),
        (lambda: nest.map_structure(5, [1]), TypeError, "callable"),
        (lambda: nest.map_structure(add), ValueError, "at least one"),
        (lambda: nest.map_structure(lambda a: a, [1], foo=1), ValueError, "foo"),
        (lambda: nest.flatten({1: 2, "a": 3}), TypeError, "not supported"),
    ],
)
def test_error(call, kind, message):
    with pytest.raises(kind, match=message):
        call()


def test_under_function_and_symbolic():
    doubled = tf.function(lambda x: nest.map_structure(lambda t: t * 2, x))(
        {"b": tf.constant(1.0), "a": [tf.constant(2.0)]}
    )
    assert float(doubled["b"]) == 2 and float(doubled["a"][0]) == 4
    x = tf.keras.Input((2,))
    model = tf.keras.Model(x, nest.map_structure(lambda t: t * 2, [x, (x,)]))
    assert float(tf.reduce_sum(model(tf.ones((1, 2)))[1][0])) == 4
