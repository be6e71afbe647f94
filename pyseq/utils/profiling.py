"""Where the time of a step goes: the instructions of a model's plan, timed one by one."""

from __future__ import annotations

import json

from pyseq.data.arrays import ArrayBatches
from pyseq.models.steps import PlannedSteps
from pyseq.utils.machine import peak_gflops

KINDS = ("train", "test", "predict")
SECONDS = 0.3  # of timed steps
HEAD = ("op", "shapes", "kFLOP", "kB", "us", "share", "GFLOP/s", "GB/s", "of peak")


def profile(model, x, y=None, sample_weight=None, batch_size=None, kind="train", trace=None, print_fn=print):
    """Time every instruction of one kind of step, print them as a table. The model is left as it was.

    Args:
        model: compiled, if `kind` is "train" or "test".
        x, y, sample_weight, batch_size: as of `fit`; there must be at least one whole batch.
        kind: "train", "test" or "predict".
        trace: a file to write a Chrome trace to (chrome://tracing, Perfetto); None: none.
        print_fn: gets each line; None: nothing is printed.
    Returns:
        A list of dicts: op, shapes, flops, bytes, seconds (of one thread; 0 if its result is kept from step to step), for
        each instruction in order.
    """
    if kind not in KINDS:
        raise ValueError(f"profile: `kind` must be one of {KINDS}. Received: kind={kind!r}.")
    if kind != "predict":
        model._assert_compiled()
    data = ArrayBatches(x, y, sample_weight, batch_size)
    steps = PlannedSteps(model._plans, kind, model._step_of(kind), next(data.stretches()))
    kept = [v.numpy() for v in steps.plan.updated]
    try:
        seconds = steps.time(SECONDS)
    finally:
        for v, value in zip(steps.plan.updated, kept, strict=True):
            v.assign(value)
        steps.close()
    rows = [{**_facts(node), "seconds": s} for node, s in zip(steps.plan.nodes, seconds, strict=True)]
    if print_fn is not None:
        for line in table(rows, steps.plan.bytes):
            print_fn(line)
    if trace is not None:
        _write_trace(trace, rows)
    return rows


def _facts(node):
    moved = [v for v in node.inputs if v is not None] + node.outputs + [v for v in node.updates for _ in (1, 2)]
    shapes = ", ".join(_shape(v.shape) for v in node.inputs if v is not None)
    made = ", ".join(_shape(v.shape) for v in [*node.outputs, *node.updates])
    gathered = node.kernel.name == "gather_rows"  # reads some rows only
    n_bytes = sum(v.nbytes for v in moved) if not gathered else 2 * node.outputs[0].nbytes
    return {"op": node.kernel.name, "shapes": f"{shapes} -> {made}", "flops": 2 * node.work, "bytes": n_bytes}


def _shape(shape):
    return "x".join(map(str, shape)) or "1"


def table(rows, arena):
    """Lines: one for each instruction, and their sum."""
    total = sum(row["seconds"] for row in rows) or 1e-12
    peak = peak_gflops() * 1e9
    cells = [HEAD, *[_cells(row, total, peak) for row in rows]]
    n_flops, n_bytes = (sum(row[k] for row in rows) for k in ("flops", "bytes"))
    whole = _cells({"op": "sum", "shapes": "", "flops": n_flops, "bytes": n_bytes, "seconds": total}, total, peak)
    cells.append(whole)
    widths = [max(len(row[k]) for row in cells) for k in range(len(HEAD))]
    lines = [
        "  ".join(c.ljust(w) if k < 2 else c.rjust(w) for k, (c, w) in enumerate(zip(row, widths, strict=True)))
        for row in cells
    ]
    rule = "-" * len(lines[0])
    lines = [lines[0], rule, *lines[1:-1], rule, lines[-1]]
    return [
        *lines,
        f"{len(rows)} instructions, timed on one thread; within a step they use {arena / 1e3:,.1f} kB.",
        f"of peak: of the {peak / 1e9:.0f} GFLOP/s that one thread reaches with nothing but multiply-adds.",
    ]


def _cells(row, total, peak):
    seconds = row["seconds"]
    what = row["op"], row["shapes"], f"{row['flops'] / 1e3:,.1f}", f"{row['bytes'] / 1e3:,.1f}"
    if not seconds:  # its result is kept from run to run
        return (*what, "kept", "", "", "", "")
    return (
        *what, f"{seconds * 1e6:.2f}", f"{seconds / total:.1%}", f"{row['flops'] / seconds / 1e9:.1f}",
        f"{row['bytes'] / seconds / 1e9:.1f}", f"{row['flops'] / seconds / peak:.0%}",
    )  # fmt: skip


def _write_trace(path, rows):
    """One step as events that follow each other on one thread; times in us."""
    events, at = [], 0.0
    for row in rows:
        args = {"shapes": row["shapes"], "flops": row["flops"], "bytes": row["bytes"]}
        events.append(
            {"name": row["op"], "ph": "X", "pid": 1, "tid": 1, "ts": at, "dur": row["seconds"] * 1e6, "args": args}
        )
        at += row["seconds"] * 1e6
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"traceEvents": events, "displayTimeUnit": "ns"}, f)
