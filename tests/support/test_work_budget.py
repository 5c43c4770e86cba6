"""Budgets of processor time."""

from __future__ import annotations

import time

from keyscan.support.work_budget import WorkBudget


def _work(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_work_inside_is_counted_until_nothing_is_left():
    """What runs outside, and what only waits, is free."""
    budget = WorkBudget(0.1)
    _work(0.15)
    with budget:
        time.sleep(0.15)
        _work(0.03)
    assert not budget.spent
    with budget:
        _work(0.1)
    assert budget.spent


def test_work_can_ask_whether_to_stop():
    """Inside, what runs at the moment counts."""
    budget = WorkBudget(0.05)
    assert not budget.over()
    with budget:
        assert not budget.over()
        _work(0.06)
        assert budget.over()
    assert budget.over()
    assert budget.spent
