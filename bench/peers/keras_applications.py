"""Applications of tf.keras: a worker that bench_applications.py asks for times, line by line.

    python keras_applications.py THREADS

In: a JSON line {"model", "batch", "seconds"}; out: a JSON object {what: least seconds of one call}. One thread is timed in the
time of the process, since TensorFlow's own threads do the work.
"""

import json
import sys
import time

import numpy as np
import tensorflow as tf


def contestants(job):
    model = getattr(tf.keras.applications, job["model"])(weights=None)
    x = np.random.default_rng(0).standard_normal((job["batch"], 224, 224, 3)).astype("float32")
    graph, tensor = tf.function(lambda t: model(t, training=False)), tf.constant(x)
    return {
        "tf predict": lambda: model.predict(x, batch_size=job["batch"], verbose=0),
        "tf function": lambda: graph(tensor).numpy(),
    }


def main():
    threads = int(sys.argv[1])
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    clock = time.process_time if threads == 1 else time.perf_counter
    made = {}
    for line in sys.stdin:
        job = json.loads(line)
        key = job["model"], job["batch"]
        if key not in made:
            tf.keras.backend.clear_session()
            made = {key: contestants(job)}
            [f() for f in made[key].values()]
        found = {}
        for name, f in made[key].items():
            best, end = float("inf"), time.perf_counter() + job["seconds"]
            while time.perf_counter() < end:
                start = clock()
                f()
                best = min(best, clock() - start)
            found[name] = best
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
