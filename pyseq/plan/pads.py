"""Zeros put around images for a convolution alone: its own padding instead, so that the larger images are never written.

The bits are the same, signs of zeros included, as long as the kernel is finite: whether infinity times such a zero counts is
the convolution's business.
"""

from __future__ import annotations

from math import prod

from pyseq.core import kernels
from pyseq.plan.graph import Node

MOVE_EDGES = kernels("move_edges")
CONVOLUTIONS = kernels("conv", "depthwise_conv")
# Places in the dims of csrc/conv.pyx and csrc/conv_depthwise.pyx: the first of three axes, and what is on each.
AXES, AXIS, EXTENT, KERNEL, BEFORE, DILATION = 7, 6, 0, 2, 4, 5


def fuse_pads(graph):
    """conv(zeros around x) as a convolution of x, if nothing else reads what is between them."""
    users, kept = graph.users(), {id(v) for v in graph.outputs}
    made = {id(node.outputs[0]): j for j, node in enumerate(graph.nodes) if node.kernel is MOVE_EDGES}
    if not made:
        return
    nodes = list(graph.nodes)
    for j, node in enumerate(graph.nodes):
        padded = node.inputs[0] if node.kernel in CONVOLUTIONS else None
        p = made.get(id(padded))
        if p is None or id(padded) in kept or users[id(padded)] != [j] or padded.dtype is not node.dtype:
            continue
        if nodes[p].inputs[0].kind == "variable":  # it may be written meanwhile
            continue
        dims = _dims(node, nodes[p])
        if dims is not None:
            inputs = [nodes[p].inputs[0], *node.inputs[1:]]
            nodes[j] = Node(
                node.kernel, inputs, node.outputs, dims, node.attrs, node.parts, node.work, node.dtype, node.updates, node.error
            )  # fmt: skip
            nodes[p] = None
    graph.nodes = [node for node in nodes if node is not None]


def _dims(conv, edges):
    """The convolution's dims for the images without margins; None if these are not all of its making."""
    small, large, before = edges.dims[:3], edges.dims[3:6], edges.dims[6:9]
    dims = list(conv.dims)
    for k in range(3):
        at = AXES + AXIS * k
        after = large[k] - small[k] - before[k]
        reach = (dims[at + KERNEL] - 1) * dims[at + DILATION]
        if dims[at + EXTENT] != large[k] or not 0 <= before[k] <= reach or not 0 <= after <= reach or small[k] < 1:
            return None
        dims[at + EXTENT] = small[k]
        dims[at + BEFORE] += before[k]
    n, groups, channels = dims[:3]  # (depthwise: C channels of one group)
    whole = n * groups * channels * prod(small)
    return tuple(dims) if whole == prod(edges.inputs[0].shape) else None
