"""A contestant in a process of its own: answers requests on stdin, one JSON line each, and sleeps in between.

    python worker.py {pyseq,tf,jax,jax-scan,torch} THREADS PROCESSORS

PROCESSORS: numbers with commas; it stays there, and on one alone it is timed in its own processor time. "": wherever it likes.

Request: {"do": method of the peer, "with": its arguments}. Answer: {"result": ...} or {"skipped": why}.
"""

from __future__ import annotations

import json
import os
import sys
import time


def peer_of(name, n_threads):
    """The contestant. The environment says how many threads its libraries start; what it must be told is told here."""
    if name == "pyseq":
        from pyseq_peer import Pyseq

        return Pyseq()
    if name == "tf":
        import tensorflow as tf
        from keras_peer import Keras

        tf.config.threading.set_intra_op_parallelism_threads(n_threads)
        tf.config.threading.set_inter_op_parallelism_threads(n_threads)
        return Keras(tf.keras, tf.__version__)
    if name == "torch":
        from torch_peer import Torch

        return Torch(n_threads)
    from jax_peer import Jax

    return Jax(whole_epoch=name == "jax-scan")


def main():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints must not look like an answer
    name, n_threads, processors = sys.argv[1], int(sys.argv[2]), [int(p) for p in sys.argv[3].split(",") if p]
    if processors:
        os.sched_setaffinity(0, processors)  # before a library counts them
    peer = peer_of(name, n_threads)
    if len(processors) == 1:
        peer.clock = time.process_time
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"result": getattr(peer, request["do"])(**request["with"])}
        except NotImplementedError as error:
            answer = {"skipped": str(error)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
