"""The slope of a relu before a max-pool: taken from the pooled numbers, a fraction of the relu's, while the gradient is spread.

What a window hands on goes to the pixel of which it took its number: that pixel was positive where the number is.
"""

from __future__ import annotations

from pyseq.core import kernels
from pyseq.ops.activation import FUSED
from pyseq.plan.graph import Node

MAX_POOL, MAX_POOL_BACKWARD, ACTIVATION_BACKWARD = kernels("max_pool", "max_pool_backward", "activation_backward")
RELU_CODE = FUSED["relu"][0]


def fuse_pools(graph):
    """dx of max_pool, times the slope of the relu that made x, as one node if nothing else reads dx."""
    users, kept = graph.users(), {id(v) for v in graph.outputs}
    made = {id(v): j for j, node in enumerate(graph.nodes) for v in node.outputs}
    nodes = list(graph.nodes)
    for j, node in enumerate(graph.nodes):
        if node.kernel is not ACTIVATION_BACKWARD or node.dims[1] != RELU_CODE:
            continue
        dx, x = node.inputs
        p = made.get(id(dx))
        back = None if p is None else nodes[p]
        if back is None or back.kernel is not MAX_POOL_BACKWARD or id(dx) in kept or users[id(dx)] != [j]:
            continue
        pool = graph.nodes[made[id(back.inputs[1])]] if id(back.inputs[1]) in made else None
        if pool is None or pool.kernel is not MAX_POOL or pool.inputs[0] is not x or dx.dtype is not node.dtype:
            continue
        inputs = [*back.inputs, pool.outputs[0]]
        nodes[p] = Node(back.kernel, inputs, node.outputs, back.dims, back.attrs, back.parts, back.work, back.dtype)
        nodes[j] = None
    graph.nodes = [node for node in nodes if node is not None]
