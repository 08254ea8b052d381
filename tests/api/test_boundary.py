"""What plugins raise, print and never finish."""

from __future__ import annotations

import resource
import signal
import sys
import threading
import time
from collections.abc import Callable

import pytest

from bi_bench.api.boundary import calling, describe, memory_limit, time_limit
from bi_bench.api.errors import Declined, PluginError, UserError


def seven() -> None:
    dict[str, int]()["seven"]


def leave() -> None:
    sys.exit(3)


LINE = seven.__code__.co_firstlineno


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (seven, rf"^strategy x: KeyError: 'seven' \(test_boundary.py:{LINE + 1}\)$"),
        (leave, r"^strategy x: SystemExit: 3 \(test_boundary.py:\d+\)$"),
        # The line is the caller's, not that of the library.
        (lambda: __import__("json").loads("{"), r"JSONDecodeError: .* \(test_boundary.py:\d+\)$"),
    ],
)
def test_an_error_names_the_plugin_the_error_and_the_line(
    function: Callable[[], object], message: str
) -> None:
    with pytest.raises(PluginError, match=message) as caught, calling("strategy x"):
        function()
    assert caught.value.__cause__ is not None


def test_an_error_of_the_core_about_a_plugin_has_the_line_of_its_function() -> None:
    assert describe(TypeError("no"), seven) == f"TypeError: no (test_boundary.py:{LINE})"
    assert describe(TypeError("no")) == "TypeError: no"


def test_named_errors_declines_and_interrupts_pass() -> None:
    with (
        pytest.raises(PluginError, match=r"^inner: ValueError"),
        calling("outer"),
        calling("inner"),
    ):
        raise ValueError
    with pytest.raises(PluginError, match=r"^outer: write it so$"), calling("outer"):
        raise UserError("write it so")
    with pytest.raises(Declined), calling("outer"):
        raise Declined("no")
    with pytest.raises(KeyboardInterrupt), calling("outer"):
        raise KeyboardInterrupt


def test_output_of_a_plugin_is_not_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    with calling("x"):
        print("hello")
    assert capsys.readouterr() == ("", "hello\n")


def swallow() -> None:
    try:
        while True:
            pass
    except BaseException:
        pass


@pytest.mark.parametrize("body", [lambda: time.sleep(60), swallow])
def test_a_plugin_that_does_not_end_is_stopped(body: Callable[[], None]) -> None:
    start = time.monotonic()
    message = r"^x: TimeoutError: not done after 0.2 seconds"
    with pytest.raises(PluginError, match=message), calling("x", seconds=0.2):
        body()
    assert time.monotonic() - start < 10


def test_a_plugin_that_takes_too_much_memory_is_stopped() -> None:
    message = r"^x: MemoryError: it needs more than 0.5 GiB of memory \(test_boundary.py:\d+\)$"
    with pytest.raises(PluginError, match=message), calling("x", memory=2**29):
        bytearray(2**30)
    bytearray(2**30)


def test_an_inner_limit_of_memory_leaves_the_outer_one() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    with memory_limit(2**29):
        outer = resource.getrlimit(resource.RLIMIT_AS)
        with memory_limit(2**30):
            assert resource.getrlimit(resource.RLIMIT_AS) == outer
        assert resource.getrlimit(resource.RLIMIT_AS) == outer
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_another_timer_keeps_running() -> None:
    rang = []
    before = signal.signal(signal.SIGALRM, lambda *_: rang.append(1))
    old = signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with time_limit(0.05), pytest.raises(ZeroDivisionError):
            _ = 1 / 0
        assert not rang
        time.sleep(0.5)
        assert rang
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *old)


def test_outside_of_the_main_thread_there_is_no_limit_and_no_error() -> None:
    done = []

    def work() -> None:
        with time_limit(0.01):
            time.sleep(0.05)
        done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done
