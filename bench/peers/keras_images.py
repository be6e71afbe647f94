"""tf.image and the layers for images of tf.keras: a worker that bench_image.py asks for times, line by line.

    python keras_images.py THREADS

In: a JSON line {"case", "seconds"}; out: the least seconds of one call. One thread is timed in the time of the process, since
TensorFlow's own threads do the work.
"""

import json
import sys
import time

import tensorflow as tf
from image_cases import cases


def main():
    threads = int(sys.argv[1])
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    clock = time.process_time if threads == 1 else time.perf_counter
    known, name, call = cases(tf), None, None
    for line in sys.stdin:
        job = json.loads(line)
        if job["case"] != name:
            name, call = job["case"], known[job["case"]]()
            call()
        best, end = float("inf"), time.perf_counter() + job["seconds"]
        while time.perf_counter() < end:
            start = clock()
            call()
            best = min(best, clock() - start)
        print(json.dumps(best), flush=True)


if __name__ == "__main__":
    main()
