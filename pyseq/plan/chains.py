"""Elementwise nodes whose result one other elementwise node reads: made one node, which works on blocks in the cache."""

from __future__ import annotations

from math import prod

from pyseq.core import float32, float64, kernels
from pyseq.ops.broadcasting import CHUNK
from pyseq.plan.graph import Node

UNARY, BINARY, ACTIVATION, ACTIVATION_BACKWARD, CHAIN = kernels(
    "unary", "binary", "activation", "activation_backward", "chain"
)
# As in csrc/chain.pyx
OPS, INPUTS, ATTRS = 7, 8, 10
WHOLE, ONE, RESULT = 0, 8, 16  # operands with n elements, with one, results of ops


class Op:
    """One op of a chain: its kind and code, attributes, operands: values, or Ops before it."""

    __slots__ = ("kind", "code", "attrs", "operands")

    def __init__(self, kind, code, attrs, operands):
        self.kind = kind
        self.code = code
        self.attrs = attrs
        self.operands = operands


def _as_op(node):
    """The node as an Op, or None if it is no elementwise op on arrays as long as its result."""
    if node.kernel is UNARY or node.kernel is ACTIVATION:
        at = 0 if node.kernel is UNARY else 1
        op = Op(0 if node.kernel is UNARY else 2, node.dims[at], node.attrs, list(node.inputs))
    elif node.kernel is BINARY:
        if node.dims[2] != 1 or node.dims[4] != 0:  # rows that repeat an operand
            return None
        op = Op(1, node.dims[0], (), list(node.inputs))
    elif node.kernel is ACTIVATION_BACKWARD:
        op = Op(3, node.dims[1], node.attrs, list(node.inputs))
    else:
        return None
    return op if node.dtype is float32 or node.dtype is float64 else None


def fuse_chains(graph):
    """Fuse as far as one instruction has room."""
    users = graph.users()
    kept = {id(v) for v in graph.outputs}
    position = {id(v): j for j, node in enumerate(graph.nodes) for v in node.outputs}
    chains = {j: [op] for j, node in enumerate(graph.nodes) if (op := _as_op(node)) is not None}
    written = {}
    for j, node in enumerate(graph.nodes):
        for variable in node.updates:
            written.setdefault(id(variable), []).append(j)
    gone = set()
    for j in sorted(chains):
        node = graph.nodes[j]
        changed = True
        while changed:
            changed = False
            for v in _values(chains[j]):
                p = position.get(id(v))
                if p is None or p not in chains or p in gone or id(v) in kept:
                    continue
                if any(k != j for k in users[id(v)]) or graph.nodes[p].dtype is not node.dtype:
                    continue
                if prod(v.shape) != prod(node.outputs[0].shape) or _overwritten(chains[p], p, j, written):
                    continue
                joined = _joined(chains[p], chains[j], v)
                if _fits(joined):
                    for w in _values(chains[p]):
                        users[id(w)] = [j if k == p else k for k in users[id(w)]]
                    chains[j] = joined
                    gone.add(p)
                    changed = True
                    break
    graph.nodes = [
        _node(node, chains[j]) if len(chains.get(j, ())) > 1 else node
        for j, node in enumerate(graph.nodes)
        if j not in gone
    ]


def _values(ops):
    """The values that ops read, each once."""
    found = {}
    for op in ops:
        for x in op.operands:
            if not isinstance(x, Op):
                found[id(x)] = x
    return list(found.values())


def _overwritten(ops, first, last, written):
    """Is a variable that the ops read written between the two positions?"""
    return any(first < j < last for v in _values(ops) if v.kind == "variable" for j in written.get(id(v.source[0]), ()))


def _joined(before, after, value):
    """The ops of both; where `after` reads `value`, it reads the last result of `before`."""
    copies = {}
    for op in after:
        operands = [copies.get(id(x), x) for x in op.operands]
        operands = [before[-1] if x is value else x for x in operands]
        copies[id(op)] = Op(op.kind, op.code, op.attrs, operands)
    return [*before, *copies.values()]


def _fits(ops):
    return len(ops) <= OPS and len(_values(ops)) <= INPUTS and sum(len(op.attrs) for op in ops) <= ATTRS


def _node(node, ops):
    """The node that does all ops; its output is that of `node`, the last."""
    inputs, n = _values(ops), prod(node.outputs[0].shape)
    number = {id(v): k for k, v in enumerate(inputs)}
    results = {id(op): RESULT + k for k, op in enumerate(ops)}
    dims, attrs = [n, len(ops)], []
    for op in ops:
        operands = [
            results[id(x)] if isinstance(x, Op) else number[id(x)] + (WHOLE if prod(x.shape) == n else ONE)
            for x in op.operands
        ]
        dims += [op.kind, op.code, operands[0], operands[-1], len(attrs)]
        attrs += op.attrs
    work = max(node.work, n) * len(ops)
    return Node(CHAIN, inputs, node.outputs, tuple(dims), tuple(attrs), -(-n // CHUNK), work, node.dtype)
