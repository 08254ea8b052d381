"""Functions in a process of their own: what they return, and what ends them."""

from __future__ import annotations

import os
import threading
import time

import psutil
import pytest

from bi_bench_plugins.benchmarks.shared import bounded
from bi_bench_plugins.benchmarks.shared.bounded import call


def test_a_function_returns_raises_or_takes_too_long() -> None:
    assert call("builtins:sorted", [3, 1, 2]) == [1, 2, 3]
    assert call("builtins:int", "x") is None
    assert call("builtins:pow", 7, 10**9) is None  # within C code, where no signal is seen
    assert call("builtins:print", "no reply") is None
    assert call("builtins:sorted", [2, 1]) == [1, 2]  # in a new process


def test_memory_is_bounded() -> None:
    assert call("operator:mul", "x", 10**10) is None
    assert call("operator:mul", "x", 3) == "xxx"


def test_a_function_that_does_not_exist_is_an_error_and_not_a_verdict() -> None:
    with pytest.raises(RuntimeError, match="no_such_module"):
        call("no_such_module:f")
    assert call("math:floor", 2.5) == 2


def test_what_makes_the_function_is_called_once_and_not_bounded() -> None:
    assert call("operator:itemgetter", ["a", "b"], made_by=(1,)) == "b"
    with pytest.raises(RuntimeError, match="the first argument must be callable"):
        call("functools:partial", made_by=("no function",))


def test_threads_and_forks_ask_without_mixing_up_replies() -> None:
    replies: dict[int, list[int]] = {}

    def ask(number: int) -> None:
        replies[number] = [call("operator:add", number, step) for step in range(30)]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies == {number: [number + step for step in range(30)] for number in range(8)}
    child = os.fork()
    if child == 0:
        os._exit(0 if call("operator:add", 1, 1) == 2 else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert call("operator:add", 2, 2) == 4


def test_the_process_ends_with_the_one_that_asked() -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        call("operator:add", 1, 1)
        assert bounded._worker is not None
        os.write(writing, str(bounded._worker.pid).encode())
        os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    worker = int(os.read(reading, 20))
    for _ in range(100):
        if not psutil.pid_exists(worker) or psutil.Process(worker).status() == "zombie":
            break
        time.sleep(0.1)
    else:
        raise AssertionError("it is still there")
    os.close(reading)
    os.close(writing)
