"""The plugins that come with bi_bench, registered through the same hooks as anybody's.

A folder for each kind, and in it a module or a package for each plugin. No list names them: the hooks
import every module of their folder and take the classes that it defines and that have a name.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from bi_bench.api import Plugin, hookimpl
from bi_bench.api.boundary import describe


@hookimpl
def bi_bench_strategies() -> Iterator[type[Plugin] | ImportError]:
    """Injection strategies and controls."""
    return _plugins("strategies")


@hookimpl
def bi_bench_models() -> Iterator[type[Plugin] | ImportError]:
    """Base models."""
    return _plugins("models")


@hookimpl
def bi_bench_algorithms() -> Iterator[type[Plugin] | ImportError]:
    """Reinforcement fine-tuning algorithms."""
    return _plugins("algorithms")


@hookimpl
def bi_bench_rewards() -> Iterator[type[Plugin] | ImportError]:
    """Rewards and null controls."""
    return _plugins("rewards")


@hookimpl
def bi_bench_trainers() -> Iterator[type[Plugin] | ImportError]:
    """Trainers."""
    return _plugins("trainers")


@hookimpl
def bi_bench_benchmarks() -> Iterator[type[Plugin] | ImportError]:
    """Benchmarks."""
    return _plugins("benchmarks")


@hookimpl
def bi_bench_analyses() -> Iterator[type[Plugin] | ImportError]:
    """Analyses."""
    return _plugins("analyses")


@hookimpl
def bi_bench_engines() -> Iterator[type[Plugin] | ImportError]:
    """Engines."""
    return _plugins("engines")


@hookimpl
def bi_bench_decoders() -> Iterator[type[Plugin] | ImportError]:
    """Decoders."""
    return _plugins("decoders")


def _plugins(folder: str) -> Iterator[type[Plugin] | ImportError]:
    """The plugins of every module in a folder; an ImportError for a module that fails."""
    package = importlib.import_module(f"{__name__}.{folder}")
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        try:
            module = importlib.import_module(found.name)
        except (Exception, SystemExit) as error:  # one file must not hide the others
            yield ImportError(describe(error), name=found.name)
        else:
            yield from _declared(module)


def _declared(module: ModuleType) -> Iterator[type[Plugin]]:
    """The plugins that a module, or a package in any of its modules, defines itself."""
    for cls in vars(module).values():
        if not (inspect.isclass(cls) and issubclass(cls, Plugin) and "name" in vars(cls)):
            continue
        if f"{cls.__module__}.".startswith(f"{module.__name__}."):
            yield cls
