"""Record what tf.keras prints: run with tensorflow-cpu 2.15.1, writes progbar.json beside this file.

A scenario is a progress bar's arguments and the updates it gets, each at its own second of a clock that stands still
in between. What is recorded is every character written.
"""

import io
import json
import random
import sys
import types
from pathlib import Path

RANDOM_SCENARIOS = 60


def fixed_scenarios():
    loss = [["loss", 0.25], ["accuracy", 0.9167]]
    yield {"init": {"target": 1719}, "updates": [[0.5, 1, loss, None], [7.4, 1719, loss + [["val_loss", 0.3]], True]]}
    yield {"init": {"target": 3}, "updates": [[0.0, 0, None, None], [0.1, 1, loss, None], [0.2, 2, [], None], [0.3, 3]]}
    yield {"init": {"target": 10}, "updates": [[0.01 * i, i, [["loss", 1.0 / i]], None] for i in range(1, 11)]}
    yield {"init": {"target": 10}, "updates": [[0.2 * i, i, [["loss", 1.0 / i]], False] for i in range(1, 11)]}
    yield {"init": {"target": None}, "updates": [[0.1 * i, i, [["loss", 1e-4 * i]], None] for i in range(1, 8)]}
    yield {
        "init": {"target": None},
        "updates": [[0.1, 1, loss, None], [0.2, 12345678, loss, None], [9, 12345679, [], True]],
    }
    yield {"init": {"target": 5, "verbose": 2}, "updates": [[1.5 * i, i, loss, None] for i in range(1, 6)]}
    yield {"init": {"target": 5, "verbose": 2}, "updates": [[1.5, 5, loss, True]]}
    yield {"init": {"target": None, "verbose": 2}, "updates": [[1.5, 5, loss, None], [2.5, 6, loss, True]]}
    yield {"init": {"target": 5, "verbose": 0}, "updates": [[1.5, 5, loss, True]]}
    yield {
        "init": {"target": 100, "unit_name": "image"},
        "updates": [[3, 1, [], None], [4, 50, [], None], [9, 100, [], None]],
    }
    yield {
        "init": {"target": 4, "stateful_metrics": ["auc"]},
        "updates": [[i, i, [["loss", i], ["auc", i]]] for i in (1, 2, 3, 4)],
    }
    yield {"init": {"target": 4, "width": 7}, "updates": [[i, i, [["loss", float("nan")]]] for i in (1, 2, 3, 4)]}
    yield {"init": {"target": 1}, "updates": [[0.0, 1, [["loss", 0.0]], True]]}
    yield {"init": {"target": 1}, "updates": [[2e-4, 1, [["loss", -5.0]], True]]}
    yield {"init": {"target": 2}, "updates": [[5, 1, [["a", 1e-3]], None], [5.0002, 2, [["a", 1.0001e-3]], None]]}
    yield {
        "init": {"target": 20},
        "updates": [[s, i + 1, [], None] for i, s in enumerate((1, 40, 61, 500, 4000, 90000, 2e5))],
    }
    yield {
        "init": {"target": 3},
        "updates": [[1, 1, [["long_metric_name", 123456.789]], None], [2, 2, [], None], [3, 3, [], None]],
    }
    yield {"init": {"target": 0}, "updates": [[1, 0, [], None]]}
    yield {"init": {"target": 3}, "updates": [[1, 4, [["loss", 1.0]], None], [2, 5, [["loss", 1.0]], True]]}
    yield {
        "init": {"target": 10},
        "updates": [[0.1, 5, [["loss", 1.0]]], [0.2, 3, [["loss", 2.0]]], [1, 10, [["loss", 2.0]]]],
    }
    yield {
        "init": {"target": 8},
        "add": [[0.1, 3, [["loss", 1.0]]], [1.2, 3, [["loss", 2.0]]], [1.25, 2, [["loss", 3.0]]]],
    }
    yield {"init": {"target": 6, "stateful_metrics": ["n"]}, "updates": [[1, 1, [["n", "text"]]], [2, 6, [["n", 3]]]]}
    yield {"init": {"target": 6, "interval": 0.5}, "updates": [[0.2 * i, i, [["loss", 2.0]]] for i in range(1, 7)]}
    yield {"init": {"target": 6}, "updates": [[1, 1, [["loss", 2.0]], True], [2, 2, [["loss", 2.0]], True]]}
    yield {"init": {"target": 1000}, "updates": [[1.5 * i, i, [["nan", float("inf")]]] for i in range(1, 1000, 37)]}
    for seconds in (59, 60, 61, 62, 3598, 3600, 3601, 3661, 86400):
        yield {"init": {"target": 2}, "updates": [[seconds, 1, []], [seconds + 1, 2, []]]}
    for verbose in (1, 2):
        for per_step in (9.994e-7, 9.995e-4, 1e-3, 0.0104, 0.9995, 0.99999, 1.0, 1.5, 2.5, 61.0):
            yield {"init": {"target": 10, "verbose": verbose}, "updates": [[10 * per_step, 10, [], True]]}
        yield {
            "init": {"target": 10, "verbose": verbose},
            "updates": [[1, 1, []], [11.5, 10, []], [13, 1], [20, 10, []]],
        }
        yield {"init": {"target": 7, "verbose": verbose}, "still": True, "updates": [[i, i, []] for i in range(1, 8)]}


def random_scenario(rng):
    target = rng.choice([None, 1, 2, 7, 10, 99, 100, 469, 1719, 60000])
    init = {"target": target, "verbose": rng.choice([1, 1, 1, 2]), "width": rng.choice([30, 30, 10, 60])}
    names = rng.sample(["loss", "accuracy", "val_loss", "mae", "a_rather_long_metric_name"], rng.randint(0, 3))
    if names and rng.random() < 0.3:
        init["stateful_metrics"] = names[:1]
    if rng.random() < 0.2:
        init["unit_name"] = "sample"
    now, current, updates = 0.0, 0, []
    for _ in range(rng.randint(1, 12)):
        now += 10 ** rng.uniform(-4, 3.5)
        step = rng.randint(1, max(1, (target or 500) // 4))
        current = current + step if target is None else min(target, current + step)
        updates.append([now, current, [[n, 10 ** rng.uniform(-6, 5) * rng.choice([1, 1, -1])] for n in names], None])
    if rng.random() < 0.7:
        updates[-1][1:] = [target or current, updates[-1][2], True]
    elif init["verbose"] == 2:  # tf.keras leaves the line open if the target was not reached
        updates = [update for update in updates if update[1] == target]
    return {"init": init, "updates": updates}


def scenarios():
    rng = random.Random(20151)
    return [*fixed_scenarios(), *(random_scenario(rng) for _ in range(RANDOM_SCENARIOS))]


def play(scenario, progbar_class, clock):
    """Everything that `progbar_class` writes to standard output in one scenario; `clock` is a one-element list."""
    out, stdout = io.StringIO(), sys.stdout
    sys.stdout = out
    try:
        clock[0] = 1000.0
        bar = progbar_class(**scenario["init"])
        if scenario.get("still"):  # a display on which nothing can be redrawn
            bar._dynamic_display = False
        for now, *args in scenario.get("updates", ()):
            clock[0] = 1000.0 + now
            bar.update(*args)
        for now, *args in scenario.get("add", ()):
            clock[0] = 1000.0 + now
            bar.add(*args)
    finally:
        sys.stdout = stdout
    return out.getvalue()


if __name__ == "__main__":
    import tensorflow as tf
    from keras.src.utils import generic_utils

    clock = [0.0]
    generic_utils.time = types.SimpleNamespace(time=lambda: clock[0])
    records = []
    for scenario in scenarios():
        try:
            scenario["text"] = play(scenario, tf.keras.utils.Progbar, clock)
        except Exception as error:
            scenario["error"] = type(error).__name__
        records.append(scenario)
    lines = ",\n".join(json.dumps(r) for r in records)
    Path(__file__).with_name("progbar.json").write_text(f"[\n{lines}\n]\n")
