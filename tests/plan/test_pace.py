"""How many threads a plan that is called once at a time is given."""

from pyseq.plan.pace import AGAIN, CALLS, LATE, CallPace


def call(pace, seconds, most=2):
    """One call; `seconds`: {threads: how long it takes}. Returns its threads."""
    threads = pace.next(most)
    pace.note(threads, seconds[threads])
    return threads


def tried(seconds, most=2):
    pace = CallPace()
    return pace, [call(pace, seconds, most) for _ in range(2 * CALLS + 1)]


def test_both_are_tried_after_a_first_call_and_the_faster_is_kept():
    pace, threads = tried({1: 2e-3, 2: 1e-3})
    assert threads == [1] + [1, 2] * CALLS
    assert [call(pace, {1: 2e-3, 2: 1e-3}) for _ in range(9)] == [2] * 9


def test_a_team_must_be_faster_by_a_margin():
    pace, _ = tried({1: 1e-3, 2: 0.99e-3})
    assert call(pace, {1: 1e-3, 2: 1e-3}) == 1


def test_a_hopeless_team_is_tried_once():
    pace, threads = tried({1: 1e-3, 3: 9e-3}, 3)
    assert threads == [1, 1, 3] + [1] * (2 * CALLS - 2)
    assert call(pace, {1: 1e-3}, 3) == 1


def test_a_team_that_becomes_late_is_left_and_tried_again_later():
    pace, _ = tried({1: 2e-3, 2: 1e-3})
    busy = {1: 2e-3, 2: 8e-3}
    assert [call(pace, busy) for _ in range(LATE + 2)] == [2] * LATE + [1] * 2
    assert 2 not in [call(pace, busy) for _ in range(int(0.9 * AGAIN / 2e-3))]
    free = {1: 2e-3, 2: 1e-3}
    assert 2 in [call(pace, free) for _ in range(int(0.2 * AGAIN / 2e-3))]
    assert [call(pace, free) for _ in range(2 * CALLS + 1)][-1] == 2


def test_another_number_of_threads_is_tried_anew():
    pace, _ = tried({1: 2e-3, 2: 1e-3})
    assert [call(pace, {1: 2e-3, 4: 1e-3}, 4) for _ in range(3)] == [1, 1, 4]
