"""Plain gradient descent right behind the product that makes the gradient: done in the product's last write."""

from __future__ import annotations

from pyseq.core import kernels
from pyseq.plan.graph import Node

MATMUL, SGD = kernels("matmul", "sgd")
K, ACCUMULATE, CODE, BATCH = 2, 7, 8, 9  # dims of csrc/dense.pyx
K_MAX = 256  # GEMM_DESCENT_K of csrc/gemm.h
HAS_MOMENTUM = 2  # dims of csrc/update.pyx


def fuse_descents(graph):
    """w -= rate (a b) as one node: the gradient is never written.

    Only if nothing else reads the gradient, and nothing between the product and the update reads or writes the variable,
    writes the rate, or may stop the step.
    """
    users, kept = graph.users(), {id(v) for v in graph.outputs}
    made = {id(v): j for j, node in enumerate(graph.nodes) for v in node.outputs}
    nodes = list(graph.nodes)
    for j, node in enumerate(graph.nodes):
        if node.kernel is not SGD or node.dims[HAS_MOMENTUM]:
            continue
        gradient, rate = node.inputs
        p = made.get(id(gradient))
        if p is None or nodes[p] is not graph.nodes[p] or id(gradient) in kept or users[id(gradient)] != [j]:
            continue
        product = nodes[p]
        fits = (
            product.kernel is MATMUL
            and product.dims[K] <= K_MAX
            and product.dims[BATCH] == 1
            and not (product.dims[CODE] or product.dims[ACCUMULATE] or any(v is not None for v in product.inputs[2:]))
            and rate.dtype is product.dtype
            and made.get(id(rate), -1) < p
        )
        if not fits or _in_the_way(graph.nodes[p:j], node.updates[0], rate):
            continue
        inputs = [*product.inputs[:2], None, None, rate]
        work = product.work + node.work
        nodes[p] = Node(
            MATMUL, inputs, [], product.dims, product.attrs, product.parts, work, product.dtype, node.updates
        )  # fmt: skip
        nodes[j] = None
    graph.nodes = [node for node in nodes if node is not None]


def _in_the_way(nodes, variable, rate):
    """Does one of the nodes keep the update from being made before them?"""
    watched = {id(variable)} | ({id(rate.source[0])} if rate.kind == "variable" else set())
    for node in nodes:
        if node.error is not None or node.kernel.function is not None:
            return True
        if any(id(v) in watched for v in node.updates):
            return True
        if any(v is not None and v.kind == "variable" and v.source[0] is variable for v in node.inputs):
            return True
    return False
