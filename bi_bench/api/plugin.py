"""The base of all plugins: a name, an integer version, parameters that are checked."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, cast, get_args, get_origin

import pydantic
from typing_extensions import TypeVar, get_original_bases


class Parameters(pydantic.BaseModel):
    """Base of every plugin's parameters: unknown keys, wrong types, infinity and NaN are errors.

    Declare fields with a type, a default and a description; bounds belong into the field. A field
    declared with ``exclude=True`` reaches the worker but not the content key: say so only of what
    cannot change a result, such as a path whose content is digested.
    """

    # No JSON, so no content key, holds a number that is not finite.
    model_config = pydantic.ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False
    )


# Covariant, so that a Strategy[MyParameters] is a Strategy; the default serves one without parameters.
P = TypeVar("P", bound=Parameters, default=Parameters, covariant=True)


class Plugin(Generic[P]):
    """Base of strategies, models, algorithms, benchmarks, analyses and decoders.

    ``class Mine(Strategy[MyParameters])`` declares the parameters: ``params`` has that type, and
    ``Params`` is that class. A class body may also set ``Params`` by itself.

    ``name`` is what a suite writes; ``version`` is part of the content key: raise it whenever the
    same parameters give another result. Import heavy packages inside methods only.

    ``libraries`` are distributions whose versions decide its results, as ``pip`` names them;
    ``data_files`` are files or folders that it reads, next to the file of the class. Both are part of
    the content key.

    ``paper`` is where the method is described, as "arXiv:2505.18917" or a URL; nothing depends on it.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    paper: ClassVar[str] = ""
    Params: ClassVar[type[Parameters]] = Parameters
    libraries: ClassVar[tuple[str, ...]] = ()
    data_files: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "Params" in vars(cls):
            return
        for base in get_original_bases(cls):
            origin = get_origin(base)
            if isinstance(origin, type) and issubclass(origin, Plugin):
                argument = get_args(base)[0]  # a type variable where a base class leaves it open
                if isinstance(argument, type) and issubclass(argument, Parameters):
                    cls.Params = argument

    def __init__(self, params: P | None = None) -> None:
        # A class variable cannot be typed by P; __init_subclass__ makes Params the class that P is.
        self.params: P = cast("P", self.Params()) if params is None else params

    @classmethod
    def about(cls) -> str:
        """The first line of the docstring, for listings."""
        return (cls.__doc__ or "").strip().split("\n")[0]
