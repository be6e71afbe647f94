"""Plans: a traced and optimised function, ready to run as often as wanted without Python."""

from __future__ import annotations

import time

from pyseq.core import as_dtype, config
from pyseq.core.engine import Program, VariablesMoved, layout_count
from pyseq.core.structure import map_structure
from pyseq.plan.flat import Flat
from pyseq.plan.memory import meetings, place
from pyseq.plan.pace import CallPace
from pyseq.plan.passes import optimize
from pyseq.plan.trace import is_symbolic, trace_function

# From how many multiply-adds on a team shares an instruction: what two meetings of its threads cost (about 0.3 us).
TEAM_WORK = 1 << 15


class Output:
    """A leaf of what the function returned: which of the plan's outputs, and of what shape."""

    def __init__(self, number, shape, dtype):
        self.number = number
        self.shape = shape
        self.dtype = dtype


class Plan:
    """A function traced for one signature.

    Args:
        function: takes tensors, returns a structure of tensors (other leaves are returned as they are).
        specs: [(shape, dtype)] of the tensors.
    Attributes:
        graph: the optimised nodes. nodes: the instructions: the same, with neighbouring updates made one.
        result: what the function returned, an Output for each tensor.
        outputs: [(shape, dtype)] of the arrays a run fills. External arrays of a run are the inputs, then the outputs.
        shares: is there work for more than one thread?
        bytes: what lives within a step.
        makes_variables: did the function make variables of its own when it was traced?
    """

    def __init__(self, function, specs):
        specs = [(tuple(shape), as_dtype(dtype)) for shape, dtype in specs]
        graph, result, trace = trace_function(function, specs)
        self.makes_variables = trace.makes_variables
        self.result = map_structure(lambda t: self._output(graph, trace, t), result) if result is not None else None
        self.graph = optimize(graph)
        self._number_outputs()
        self.outputs = [(v.shape, v.dtype) for v in graph.outputs]
        self.inputs = specs
        self.work = sum(node.work for node in graph.nodes)
        self.call_pace = CallPace()
        self._describe()

    @staticmethod
    def _output(graph, trace, leaf):
        if not is_symbolic(leaf):
            return leaf
        graph.outputs.append(trace.value_of(leaf))
        return Output(len(graph.outputs) - 1, leaf.shape, leaf.dtype)

    def _number_outputs(self):
        """Each value is one output, however often it was returned."""
        values, numbers = [], {}
        of = []
        for v in self.graph.outputs:
            if id(v) not in numbers:
                numbers[id(v)] = len(values)
                values.append(v)
            of.append(numbers[id(v)])
        self.graph.outputs = values

        def renumber(leaf):
            if isinstance(leaf, Output):
                leaf.number = of[leaf.number]
            return leaf

        map_structure(renumber, self.result) if self.result is not None else None

    def _describe(self):
        """The instructions as `Program` takes them, for where the variables are now."""
        layout = layout_count()
        flat = Flat(self.graph)
        self.nodes = nodes = flat.nodes
        threaded = [
            node.work >= TEAM_WORK and node.parts > 1 and node.error is None and node.kernel.function is None
            for node in nodes
        ]
        self.shares = any(threaded)
        external = {id(v): len(self.inputs) + k for k, v in enumerate(self.graph.outputs)}
        offsets, self.bytes = place(nodes, external, flat.parts, self.graph.n_kept)

        def where(v):
            if v is None:
                return None
            if v.kind == "constant":
                return v.source
            if v.kind == "variable":
                return v.source[0]
            if v.kind == "input":
                return ("external", v.source, v.shape, v.dtype)
            if id(v) in external:
                return ("external", external[id(v)], v.shape, v.dtype)
            return ("arena", offsets[id(v)], v.shape, v.dtype)

        def regions(node):
            reads = [_region(where(v), v.nbytes) for v in node.inputs if v is not None]
            writes = [_region(where(v), v.nbytes) for v in node.outputs]
            return reads, writes + [_region(v, v.nbytes) for v in flat.spans.get(id(node), node.updates)]

        flags = meetings(nodes, regions, threaded)
        described = [
            (
                node.kernel, tuple(where(v) for v in node.inputs),
                (*(where(v) for v in node.outputs), *node.updates),
                node.dims, node.attrs, node.parts, shared, node.dtype.code, meets, node.error,
            )
            for node, shared, meets in zip(nodes, threaded, flags, strict=True)
        ]  # fmt: skip
        self.updated = tuple({id(v): v for node in self.graph.nodes for v in node.updates}.values())
        zeros = [(offsets[id(v)] + at, n) for v, at, n in flat.gaps]
        self._described = (layout, described, self.bytes, zeros, [])  # at once: other threads take programs

    def take(self):
        """A program that nobody is using; give it back with `give`."""
        while True:  # other threads may move variables meanwhile
            layout, described, n_bytes, zeros, free = self._described
            if layout != layout_count():
                self._describe()
                continue
            try:
                program = free.pop()  # one step: another thread may take the last one
            except IndexError:
                n_externals = len(self.inputs) + len(self.outputs)
                program = Program(described, n_bytes, zeros, n_externals, self.updated, self.graph.n_kept)
            if layout == layout_count() and not program.is_stale:
                return program

    def give(self, program):
        """Take a program back for the next run."""
        if not program.is_stale:
            self._described[-1].append(program)

    def __call__(self, *tensors):
        """Run once; returns what the function returned, with tensors that have values."""
        most = config.get_num_threads() if self.shares and self.work > PARALLEL_WORK else 1
        if most > 1:
            threads = self.call_pace.next(most)
            start = time.perf_counter()
            made = self._run_once(tensors, threads)
            self.call_pace.note(threads, time.perf_counter() - start)
        else:
            made = self._run_once(tensors, 1)
        return self.structured(made)

    def _run_once(self, tensors, threads):
        while True:
            program = self.take()
            try:
                return program.on_tensors(tensors, self.outputs, threads)
            except VariablesMoved:
                continue
            finally:
                self.give(program)

    def structured(self, made):
        """What the function returned, with these tensors for its outputs."""
        result = self.result
        if isinstance(result, Output):
            return (
                made[result.number]
                if made[result.number].shape == result.shape
                else made[result.number].reshaped(result.shape)
            )
        if result is None:
            return None
        return map_structure(lambda leaf: _tensor(leaf, made), result)


# A region costs about 5 us to open (and 80 if its threads sleep): for one step alone it must be worth that.
PARALLEL_WORK = 1 << 20


def _tensor(leaf, made):
    if not isinstance(leaf, Output):
        return leaf
    y = made[leaf.number]
    return y if y.shape == leaf.shape else y.reshaped(leaf.shape)


def _region(where, n_bytes):
    """(space, begin, end) of what an instruction reads or writes."""
    if isinstance(where, tuple):
        space, start = ("arena", where[1]) if where[0] == "arena" else (where[:2], 0)
        return space, start, start + max(1, n_bytes)
    return id(where), 0, max(1, n_bytes)
