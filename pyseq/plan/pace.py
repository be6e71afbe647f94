"""How many threads a plan runs on. The bits do not depend on it, so the faster way is found by trying."""

from __future__ import annotations

import time

from pyseq.core import config
from pyseq.core.engine import VariablesMoved

TRIAL = 0.002  # seconds of steps that a trial takes, about
AGAIN = 1.0  # seconds of running after which the slower way gets another trial
CALLS = 6  # single calls of a trial, of each kind
LATE = 3  # calls in a row that took longer than alone, after which a team is left
HOPELESS = 3.0  # times as long as alone: the trial is over
MARGIN = 0.97  # a team must be this much faster: it takes a processor from others


class Pace:
    """Runs a plan's steps on one thread or on all, whichever was faster when last tried.

    Args:
        shares: is there work for more than one thread?
    """

    def __init__(self, shares):
        self.shares = shares
        self.seconds = {}  # threads -> of a step
        self.since_trial = 0.0
        self.warm = False

    def run(self, program, addresses, strides, steps, seconds=0.0):
        """Run steps as `Program.run` does; returns how many were made."""
        most = config.get_num_threads()
        if not self.shares or most == 1:
            return program.run(addresses, strides, steps, seconds, 1)
        until = time.perf_counter() + seconds if seconds else None
        done = 0
        while done < steps:
            threads, count = self._next(most)
            left = 0.0 if until is None else until - time.perf_counter()
            if done and until is not None and left <= 0:
                break
            at = addresses if strides is None else tuple(
                a + done * s for a, s in zip(addresses, strides, strict=True)
            )  # fmt: skip
            start = time.perf_counter()
            try:
                made = program.run(at, strides, min(steps - done, count), max(left, 1e-6) if seconds else 0.0, threads)
            except VariablesMoved:
                if done:
                    break
                raise
            self._note(threads, made, time.perf_counter() - start)
            done += made
        return done

    def _next(self, most):
        """(threads, steps) to run next."""
        if not self.warm:
            return 1, 1
        for threads in (1, most):
            if threads not in self.seconds:
                return threads, self._trial(threads)
        best = self.best(most)
        if self.since_trial > AGAIN:
            other = 1 if best == most else most
            return other, self._trial(other)
        return best, 1 << 40

    def _trial(self, threads):
        known = self.seconds.get(threads) or self.seconds.get(1) or TRIAL
        return max(2, int(TRIAL / max(known, 1e-9)))

    def best(self, most):
        """The number of threads that is faster."""
        return most if self.seconds.get(most, 1e9) < MARGIN * self.seconds.get(1, 1e9) else 1

    def _note(self, threads, steps, seconds):
        if not self.warm:
            self.warm = True
            return
        was_trial = self.since_trial > AGAIN or threads not in self.seconds
        self.seconds[threads] = seconds / max(1, steps)
        self.since_trial = 0.0 if was_trial else self.since_trial + seconds


class CallPace:
    """The threads of a plan that is called once at a time, in turns at first; the same thought as `Pace`, for single calls.

    On a processor that others want, a team waits for the thread that is not running: a call took 4 to 6 times as long as alone.
    """

    def __init__(self):
        self.most = None  # threads it was tried with
        self.best, self.alone = 1, 0.0
        self._begin()
        self.warm = False

    def _begin(self):
        self.left, self.total, self.since, self.late = 2 * CALLS, {}, 0.0, 0

    def next(self, most):
        """How many threads the next call is for."""
        if most != self.most:
            self.most, self.warm = most, False
            self._begin()
        if not self.warm:
            return 1
        return (1 if self.left % 2 == 0 else most) if self.left > 0 else self.best

    def note(self, threads, seconds):
        """A call on so many threads took so long."""
        if not self.warm:
            self.warm = True
        elif self.left > 0:
            self._note_trial(threads, seconds)
        else:
            self.since += seconds
            self.late = self.late + 1 if threads > 1 and seconds > self.alone else 0
            if self.late >= LATE:  # somebody else wants the processors now
                self.best, self.since, self.late = 1, 0.0, 0
            elif self.since > AGAIN:
                self._begin()

    def _note_trial(self, threads, seconds):
        calls, total = self.total.get(threads, (0, 0.0))
        self.total[threads] = calls + 1, total + seconds
        self.left -= 1
        if threads == 1:
            self.alone = (total + seconds) / (calls + 1)
        elif seconds > HOPELESS * self.alone:
            self.best, self.left = 1, 0
        elif self.left <= 0:
            self.best = threads if (total + seconds) / (calls + 1) < MARGIN * self.alone else 1
