"""Nodes that make other elements of those of the node before them."""

from __future__ import annotations

import itertools
import os
import time

import numpy as np

from pyseq.core.structure import flatten, map_structure
from pyseq.data.dataset.calls import Call, first_element, merged_specs, truth
from pyseq.data.dataset.elements import Nested, leaf_spec, structure_of
from pyseq.data.dataset.node import INFINITE, UNKNOWN, Node, Of, Run
from pyseq.data.spec import TensorSpec
from pyseq.data.workers import LOOK, SLOW, results_in_order

AUTO_THREADS = min(4, os.cpu_count() or 1)  # of `map` with AUTOTUNE


class _Calling(Of):
    """A node that calls a user's function."""

    def __init__(self, source, function):
        super().__init__(source)
        self.call = Call(function)


class Map(_Calling):
    """What the function returns.

    Args:
        threads: that call it, if it takes its time; None: one; -1: as many as seem good.
    """

    def __init__(self, source, function, threads):
        super().__init__(source, function)
        self.threads = threads
        self.title = "Map" if threads is None else "ParallelMap"

    def spec(self):
        return self.call.spec(self.source)

    def make(self, run):
        elements = iter(self.source.elements(run))
        if self.threads in (None, 1):
            yield from map(self.call, elements)
            return
        least = 2 * SLOW
        for k, element in enumerate(itertools.islice(elements, LOOK + 1)):
            start = time.perf_counter()
            made = self.call(element)
            if k:  # the first is traced
                least = min(least, time.perf_counter() - start)
            yield made
        if least < SLOW or self.call.changes_variables():
            yield from map(self.call, elements)
        else:
            yield from self._by_threads(elements, AUTO_THREADS if self.threads < 0 else self.threads)

    def _by_threads(self, elements, n):
        from concurrent import futures

        pool = futures.ThreadPoolExecutor(n, thread_name_prefix="pyseq-map")
        finished = False
        try:
            yield from results_in_order(lambda element: pool.submit(self.call, element), elements, 2 * n)
            finished = True
        finally:
            pool.shutdown(wait=finished, cancel_futures=True)


class Filter(_Calling):
    """The elements of which the function is true."""

    def size(self):
        return UNKNOWN

    def make(self, run):
        for element in self.source.elements(run):
            if truth("filter", self.call.raw(element)):
                yield element


class TakeWhile(_Calling):
    """The elements up to the first of which the function is false."""

    def size(self):
        return UNKNOWN

    def make(self, run):
        return itertools.takewhile(
            lambda element: truth("take_while", self.call.raw(element)), self.source.elements(run)
        )


class Interleave(_Calling):
    """The elements of the datasets that the function makes, `block` of each of `cycle` in turn."""

    draws = True  # the datasets it makes may shuffle

    def __init__(self, source, function, cycle, block, title="Interleave"):
        super().__init__(source, function)
        self.call.traces = False  # it makes datasets
        self.cycle, self.block, self.title = cycle, block, title

    def _inner(self, element):
        made = self.call.raw(element)
        if not isinstance(made, Nested):
            raise TypeError(f"`map_func` must return a `Dataset` object. Got {type(made)}.")
        return made._node

    def spec(self):
        return self._inner(first_element("interleave", self.source)).element_spec

    def size(self):
        n = self.source.size()
        return n if n == 0 else UNKNOWN

    def make(self, run):
        elements = iter(self.source.elements(run))
        slots, ended, k = [None] * self.cycle, False, 0
        while True:
            if slots[k] is None and not ended:
                try:
                    slots[k] = iter(self._inner(next(elements)).elements(run))
                except StopIteration:
                    ended = True
            if slots[k] is not None:
                made = 0
                for element in itertools.islice(slots[k], self.block):
                    made += 1
                    yield element
                if made < self.block:
                    slots[k] = None
            elif ended and not any(slots):
                return
            k = (k + 1) % self.cycle


class Scan(Of):
    """The outputs of `state, output = function(state, element)`."""

    def __init__(self, source, initial_state, function):
        super().__init__(source)
        self.state = structure_of(initial_state)
        self.call = Call(function)

    def spec(self):
        return map_structure(leaf_spec, first_element("scan", self))

    def make(self, run):
        state = self.state
        for element in self.source.elements(run):
            result = self.call((state, element))
            if not isinstance(result, tuple) or len(result) != 2:
                raise TypeError("The scan function must return a pair comprising the new state and the output value.")
            state, output = result
            yield output


def reduced(node, initial_state, function):
    """The last state of `state = function(state, element)`."""
    call = Call(function)
    state = structure_of(initial_state)
    before = map_structure(leaf_spec, state)
    for element in node.elements(Run(node)):
        state = call((state, element))
        after = map_structure(leaf_spec, state)
        if [s.dtype for s in flatten(before)] != [s.dtype for s in flatten(after)]:
            raise TypeError(
                f"The element types for the new state must match the initial state. Expected {before}; got {after}."
            )
    return state


class Concatenate(Node):
    """The elements of one node, then those of another."""

    def __init__(self, first, second):
        self.inputs = (first, second)
        specs = [node.element_spec for node in self.inputs]
        kinds = [[getattr(s, "dtype", None) for s in flatten(spec)] for spec in specs]
        if kinds[0] != kinds[1] or map_structure(_nothing, specs[0]) != map_structure(_nothing, specs[1]):
            raise TypeError(f"Incompatible dataset elements:\n  {specs[0]} vs.   {specs[1]}")

    def spec(self):
        return merged_specs(*[node.element_spec for node in self.inputs])

    def size(self):
        sizes = [node.size() for node in self.inputs]
        if INFINITE in sizes:
            return INFINITE
        return UNKNOWN if UNKNOWN in sizes else sum(sizes)

    def make(self, run):
        for node in self.inputs:
            yield from node.elements(run)


def _nothing(leaf):
    return None


class Enumerate(Of):
    """(number, element), counted from `start`."""

    def __init__(self, source, start):
        super().__init__(source)
        self.start = start

    def spec(self):
        return TensorSpec((), "int64"), self.source.element_spec

    def make(self, run):
        return ((np.int64(k), element) for k, element in enumerate(self.source.elements(run), self.start))
