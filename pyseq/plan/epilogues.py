"""What follows a product at once, done in its last write: the inference of a batch normalisation, an activation.

The normalisation is not folded into the weights: that would round otherwise, and would have to be done again whenever a weight
changes. The last write applies it to numbers that are in the cache, with the operations of the instruction that it replaces;
only gamma / sqrt(variance + epsilon), a number a channel, is made before.
"""

from __future__ import annotations

from pyseq.core import kernels
from pyseq.ops.activation import FUSED
from pyseq.plan.graph import Node, Value

ACTIVATION, APPLY, SCALE = kernels("activation", "batch_norm_apply", "batch_norm_scale")
MATMUL = kernels("matmul")
CONVOLUTIONS = kernels(
    "conv", "winograd", "conv_backward_x", "winograd_backward_x", "depthwise_conv", "depthwise_conv_backward_x"
)
CODE = dict.fromkeys(CONVOLUTIONS, 4) | {MATMUL: 8}  # the activation's place in dims
BEFORE_NORM = dict.fromkeys(CONVOLUTIONS, 4) | {MATMUL: 5}  # inputs before the normalisation's
SLOPE = 3  # from this input on there must be none
ACCUMULATE = 7  # dims of csrc/dense.pyx
NORM_COLUMNS, NORM_BEHIND = 256, 512  # beside the activation's code, as in csrc/norm_columns.h
FLAGS, CHANNELS, RELU, GIVEN = 4, 1, 1, 8  # dims and flags of csrc/norm.pyx
RELU_CODE = FUSED["relu"][0]


def fuse_epilogues(graph):
    _normalisations(graph)
    _activations(graph)


def _normalisations(graph):
    """A product, then a normalisation with given moments that alone reads it."""
    for j, p, product, norm in _pairs(graph, APPLY):
        flags, code = norm.dims[FLAGS], product.dims[CODE[product.kernel]]
        if flags & ~(RELU | GIVEN) or not flags & GIVEN or norm.dims[CHANNELS] != product.outputs[0].shape[-1]:
            continue
        if code and (flags & RELU or code & NORM_COLUMNS):
            continue
        if any(node is not None and node.updates for node in graph.nodes[p:j]):  # parameters are read later than before
            continue
        _, mean, variance, gamma, beta = norm.inputs
        scale = Value((norm.dims[CHANNELS],), norm.dtype, "temporary", None, norm.outputs[0].graph)
        dims, epsilon = (1, norm.dims[CHANNELS]), norm.attrs[:1]
        scale.source = Node(SCALE, [variance, gamma], [scale], dims, epsilon, 1, dims[1], norm.dtype)
        code |= NORM_COLUMNS | (NORM_BEHIND if code else 0) | (RELU_CODE if flags & RELU else 0)
        inputs = [*_before_norm(product), mean, scale, beta]
        graph.nodes[p] = scale.source
        graph.nodes[j] = _ended(product, code, inputs, norm.outputs, product.attrs, norm.work)
    graph.nodes = [node for node in graph.nodes if node is not None]


def _activations(graph):
    """A product, then an activation that alone reads it."""
    for j, p, product, activation in _pairs(graph, ACTIVATION):
        code = product.dims[CODE[product.kernel]]
        if code & ~NORM_COLUMNS:
            continue
        code |= activation.dims[1]
        graph.nodes[p] = _ended(product, code, product.inputs, activation.outputs, activation.attrs, activation.work)
        graph.nodes[j] = None
    graph.nodes = [node for node in graph.nodes if node is not None]


def _pairs(graph, kernel):
    """(j, p, nodes[p], nodes[j]): node j is of this kernel and alone reads, as its first input, what product p makes."""
    users, kept = graph.users(), {id(v) for v in graph.outputs}
    made = {id(v): j for j, node in enumerate(graph.nodes) for v in node.outputs}
    for j, node in enumerate(graph.nodes):
        if node.kernel is not kernel:
            continue
        x = node.inputs[0]
        p = made.get(id(x))
        if p is None or id(x) in kept or users[id(x)] != [j] or x.dtype is not node.dtype:
            continue
        product = graph.nodes[p]
        if product.kernel not in CODE or any(v is not None for v in _before_norm(product)[SLOPE:]):
            continue
        if product.kernel is not MATMUL or not product.dims[ACCUMULATE]:
            yield j, p, product, node


def _before_norm(product):
    n = BEFORE_NORM[product.kernel]
    return [*product.inputs, *[None] * n][:n]


def _ended(product, code, inputs, outputs, attrs, work):
    at = CODE[product.kernel]
    dims = (*product.dims[:at], code, *product.dims[at + 1 :])
    return Node(product.kernel, inputs, outputs, dims, attrs, product.parts, product.work + work, product.dtype)
