"""What depends on variables alone that the plan does not write: made once, and again only when one of them was written.

So are the kernels of convolutions in the form that Winograd's method reads, scales of batch normalisations, sums of squares
for a regularizer while evaluating. A program asks before each run whether anything was written since (`core/executor.pxi`).
"""

from __future__ import annotations


def keep_unchanged(graph):
    """Such nodes go first; how many there are is `graph.n_kept`.

    Results that are larger than twice what is read are not worth their memory. Python instructions may write any variable.
    """
    if any(node.kernel.function is not None for node in graph.nodes):
        return
    written = {id(variable) for node in graph.nodes for variable in node.updates}
    returned = {id(v) for v in graph.outputs}
    known, kept, others = set(), [], []
    for node in graph.nodes:
        stays = (
            not node.has_effect
            and node.kernel.function is None
            and any(v is not None for v in node.inputs)
            and all(v is None or id(v) in known or _is_still(v, written) for v in node.inputs)
            and not any(id(v) in returned for v in node.outputs)
            and sum(v.nbytes for v in node.outputs) <= 2 * sum(v.nbytes for v in node.inputs if v is not None)
        )
        (kept if stays else others).append(node)
        if stays:
            known.update(map(id, node.outputs))
    graph.nodes, graph.n_kept = [*kept, *others], len(kept)


def _is_still(v, written):
    """Does the value stay while the plan runs?"""
    return v.kind == "constant" or (v.kind == "variable" and id(v.source[0]) not in written)
