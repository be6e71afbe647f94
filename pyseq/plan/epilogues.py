"""What follows a convolution at once, done in its last write: the inference of a batch normalisation, a sum with an array
like it (the shortcut around a block), an activation.

The normalisation is not folded into the weights: that would round otherwise, and would have to be done again whenever a weight
changes. The last write applies it to numbers that are in the cache, with the operations of the instruction that it replaces;
only gamma / sqrt(variance + epsilon), a number a channel, is made before. What a sum adds is read where it stood: of two
convolutions that are added, the later one does it.
"""

from __future__ import annotations

from pyseq.core import kernels
from pyseq.ops.activation import FUSED
from pyseq.ops.elementwise import BINARY_CODES
from pyseq.plan.graph import Node, Value

ACTIVATION, APPLY, BINARY, SCALE = kernels("activation", "batch_norm_apply", "binary", "batch_norm_scale")
CONVOLUTIONS = kernels(
    "conv", "winograd", "conv_backward_x", "winograd_backward_x", "depthwise_conv", "depthwise_conv_backward_x"
)
ADDING = kernels("conv", "winograd")
CODE, BIAS, BESIDE = 4, 2, 3  # the activation's place in dims; inputs: as in csrc/conv.pyx and its like
NORM_COLUMNS, NORM_BEHIND, ADD_BESIDE, ADD_BEHIND = 256, 512, 1024, 2048  # beside its code, as in csrc/norm_columns.h
ACTIVATION_CODE = NORM_COLUMNS - 1
ADD = BINARY_CODES["add"]
FLAGS, CHANNELS, RELU, GIVEN = 4, 1, 1, 8  # dims and flags of csrc/norm.pyx
RELU_CODE = FUSED["relu"][0]


def fuse_epilogues(graph):
    _normalisations(graph)
    _activations(graph)
    _sums(graph)
    _activations(graph)


def _normalisations(graph):
    """conv, then a normalisation with given moments that alone reads it: made where the normalisation was, with its parameters."""
    scales = {}
    for j, p, conv, norm in _pairs(graph, APPLY):
        flags, code = norm.dims[FLAGS], conv.dims[CODE]
        if flags & ~(RELU | GIVEN) or not flags & GIVEN or norm.dims[CHANNELS] != conv.outputs[0].shape[-1]:
            continue
        if code and (flags & RELU or code & NORM_COLUMNS):
            continue
        if _written(graph.nodes[p:j]):
            continue
        _, mean, variance, gamma, beta = norm.inputs
        scale = Value((norm.dims[CHANNELS],), norm.dtype, "temporary", None, norm.outputs[0].graph)
        dims, epsilon = (1, norm.dims[CHANNELS]), norm.attrs[:1]
        scale.source = Node(SCALE, [variance, gamma], [scale], dims, epsilon, 1, dims[1], norm.dtype)
        code |= NORM_COLUMNS | (NORM_BEHIND if code else 0) | (RELU_CODE if flags & RELU else 0)
        inputs = [*_four(conv), mean, scale, beta]
        scales[j], graph.nodes[p] = scale.source, None
        graph.nodes[j] = _ended(conv, code, inputs, norm.outputs, conv.attrs, norm.work)
    made = [node for j, node in enumerate(graph.nodes) for node in (scales.get(j), node)]
    graph.nodes = [node for node in made if node is not None]


def _sums(graph):
    """conv plus an array of its shape, if nothing else reads conv: made where the sum was, when that is there."""
    pairs = [pair for at in (0, 1) for pair in _pairs(graph, BINARY, at)]
    for j, p, conv, node in sorted(pairs, key=lambda pair: (pair[0], -pair[1])):
        if graph.nodes[j] is not node or node.dims[0] != ADD or conv.kernel not in ADDING:
            continue
        x, y = conv.outputs[0], node.outputs[0]
        other = node.inputs[node.inputs[0] is x]
        if not x.shape == other.shape == y.shape or _written(graph.nodes[p:j]):
            continue
        code = conv.dims[CODE]
        code |= ADD_BESIDE | (ADD_BEHIND if code & ACTIVATION_CODE else 0)
        inputs = [*_four(conv)[:BESIDE], other, *conv.inputs[BESIDE + 1 :]]
        graph.nodes[p], graph.nodes[j] = None, _ended(conv, code, inputs, node.outputs, conv.attrs, node.work)
    graph.nodes = [node for node in graph.nodes if node is not None]


def _activations(graph):
    """conv, then an activation that alone reads it."""
    for j, p, conv, activation in _pairs(graph, ACTIVATION):
        if conv.dims[CODE] & ~(NORM_COLUMNS | ADD_BESIDE):
            continue
        code = conv.dims[CODE] | activation.dims[1]
        graph.nodes[p] = _ended(conv, code, conv.inputs, activation.outputs, activation.attrs, activation.work)
        graph.nodes[j] = None
    graph.nodes = [node for node in graph.nodes if node is not None]


def _pairs(graph, kernel, at=0):
    """(j, p, nodes[p], nodes[j]): node j is of this kernel and alone reads, as input `at`, what convolution p makes."""
    users, kept = graph.users(), {id(v) for v in graph.outputs}
    made = {id(v): j for j, node in enumerate(graph.nodes) for v in node.outputs}
    for j, node in enumerate(graph.nodes):
        if node.kernel is not kernel:
            continue
        x = node.inputs[at]
        p = made.get(id(x))
        if p is None or id(x) in kept or users[id(x)] != [j] or x.dtype is not node.dtype:
            continue
        conv = graph.nodes[p]
        if conv is None or conv.kernel not in CONVOLUTIONS:
            continue
        if _four(conv)[BESIDE] is None or conv.dims[CODE] & ADD_BESIDE:  # not a slope
            yield j, p, conv, node


def _written(nodes):
    """May a variable be written meanwhile? What a convolution reads is then not what it would read later."""
    return any(node is not None and (node.updates or node.kernel.function is not None) for node in nodes)


def _four(conv):
    """The first four inputs: x, kernel, bias, what is beside y."""
    return [*conv.inputs, None, None][: BESIDE + 1]


def _ended(conv, code, inputs, outputs, attrs, work):
    dims = (*conv.dims[:CODE], code, *conv.dims[CODE + 1 :])
    return Node(conv.kernel, inputs, outputs, dims, attrs, conv.parts, conv.work + work, conv.dtype)
