"""The schema of a suite file, apart from the parameters of plugins."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pydantic
from pydantic import Field

from bi_bench.api import Parameters
from bi_bench.api.identity import Json

Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]
EvaluationSplit = Literal["val", "test-id", "test-ood"]


TEMPLATES = ("none", "model")


def _is_default_beta2(value: float) -> bool:
    return value == 0.999


class Data(Parameters):
    """Problems per split."""

    sft: Count = 2000
    rl: Count = 10_000
    val: Count = 500
    probe: Count = 128
    test: Count = 500


class SFT(Parameters):
    """Supervised fine-tuning on the demonstrations.

    ``adam_beta2`` came later: at its default it is not in the content key.
    """

    epochs: Positive = 5.0
    batch_size: Count = 128
    micro_batch_size: Count = 32
    learning_rate: Annotated[float, Field(ge=0)] = 5e-6
    schedule: Literal["constant", "linear", "cosine"] = "constant"
    warmup: Annotated[float, Field(ge=0, lt=1)] = 0.0
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    max_grad_norm: Positive = 1.0
    max_length: Count = 2048
    gradient_checkpointing: bool = False
    loss_on: Literal["response", "all"] = "response"
    adam_beta2: Annotated[float, Field(ge=0, lt=1, exclude_if=_is_default_beta2)] = 0.999


class VLLM(Parameters):
    """The way vLLM runs in RFT; in probe and evaluation it always has its own GPU.

    "colocate": in the trainer's process, on the share ``memory`` of its GPU. "server": a server
    that somebody started with ``vllm serve``, at ``server_url``.
    """

    mode: Literal["colocate", "server"] = "colocate"
    memory: Annotated[float, Field(gt=0, lt=1)] = 0.3
    server_url: str = ""

    @pydantic.model_validator(mode="after")
    def _reachable(self) -> VLLM:
        if (self.mode == "server") != bool(self.server_url):
            raise ValueError('mode = "server" and server_url must be set together')
        return self


class Rollouts(Parameters):
    """Rollouts in probe and RFT. ``max_new_tokens`` 0 takes the benchmark's own response length.

    ``batch_size`` bounds the rows that are sampled at a time, ``micro_batch_size`` those of one
    forward and backward pass. ``engine`` draws them, and the answers of the evaluation.
    """

    engine: Literal["sampler", "vllm"] = "sampler"
    vllm: VLLM = VLLM()
    temperature: Positive = 1.0
    max_new_tokens: Annotated[int, Field(ge=0)] = 0
    batch_size: Count = 256
    micro_batch_size: Count = 128

    @pydantic.model_validator(mode="before")
    @classmethod
    def _untruncated(cls, data: Any) -> Any:
        for key in ("top_p", "top_k", "min_p"):
            if isinstance(data, dict) and key in data:
                raise ValueError(
                    f"{key} is not supported: it samples rollouts from a truncated distribution, "
                    "while the trainer's log-probabilities are those of the full one, so the "
                    "importance ratio would be biased; leave it out"
                )
        return data


class Prompt(Parameters):
    """The form in which a model reads a benchmark's prompt, in SFT, RFT, probe and evaluation.

    ``template``: "none"; "model", the chat template of the tokenizer; or a file with a Jinja
    template next to the suite, of which the loader puts the text here. ``system`` is the system
    message, ``prefix`` what opens the answer. A completion is over at the first of the texts ``stop``.
    """

    template: str = "none"
    system: str = ""
    prefix: str = ""
    stop: tuple[Annotated[str, Field(min_length=1)], ...] = ()

    @pydantic.model_validator(mode="after")
    def _system_needs_template(self) -> Prompt:
        if self.system and self.template == "none":
            raise ValueError('system needs a chat template; set template = "model" or to a file')
        return self

    def settings(self, *, stop: bool) -> dict[str, Json]:
        """The settings that enter a stage, empty where nothing is set; ``stop`` where text is sampled."""
        given = self.model_dump(mode="json", exclude_defaults=True)
        if not stop:
            given.pop("stop", None)
        return {"prompt": given} if given else {}


class LoRA(Parameters):
    """Low-rank adapters in the ``stages`` named, merged when a stage is done; else all weights train.

    ``targets`` are names of linear modules; none: all but the output head.
    """

    stages: tuple[Literal["sft", "rft"], ...] = ()
    rank: Count = 16
    alpha: Positive = 32.0
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    targets: tuple[str, ...] = ()

    def settings(self, stage: str) -> dict[str, Json]:
        """The settings that enter a stage, empty where it trains all weights."""
        if stage not in self.stages:
            return {}
        return {"lora": self.model_dump(mode="json", exclude={"stages"})}


class RFT(Parameters):
    """The checkpoints that RFT keeps, and how it saves memory.

    ``checkpoints``: the model after every so many steps, 0 for the last alone.
    """

    checkpoints: Annotated[int, Field(ge=0)] = 0
    gradient_checkpointing: bool = False


class Evaluate(Parameters):
    """Evaluation before and after RFT: greedy, and ``samples`` answers a problem.

    ``benchmarks`` are evaluated besides the one that a cell trains on.
    """

    splits: Annotated[tuple[EvaluationSplit, ...], Field(min_length=1)] = ("test-id", "test-ood")
    benchmarks: tuple[Any, ...] = ()
    samples: Annotated[int, Field(ge=0)] = 4
    temperature: Positive = 1.0
    batch_size: Count = 256


class Probe(Parameters):
    """Rollouts on the SFT model before RFT: ``samples`` a problem."""

    samples: Annotated[int, Field(ge=2)] = 16


class Numerics(Parameters):
    """The device and the number format that stages compute with.

    ``auto``: CUDA if a device is found; float32 on a CPU, bfloat16 on CUDA.
    ``processes`` train together in SFT and RFT: on CUDA each has a GPU, on a CPU ``threads``.
    """

    device: Literal["auto", "cpu", "cuda"] = "auto"
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    threads: Count = 1
    processes: Count = 1


class Tracking(Parameters):
    """Trackers that SFT and RFT report to while they train, besides their log; in no content key."""

    report_to: tuple[Literal["tensorboard", "wandb", "trackio"], ...] = ()


class Limits(Parameters):
    """The time after which a stage is ended; in no content key.

    ``stage_hours`` 0: fifty times the estimate of the stage and two hours at least, or 72 hours where
    nothing is known.
    """

    stage_hours: Annotated[float, Field(ge=0)] = 0.0


class Defaults(Parameters):
    """Settings that apply to every cell.

    ``match_sft``: what arms have in common with the reference arm in SFT. "none": the epochs;
    "updates", "tokens": as many updates, or trained tokens, as the demonstrations of that arm give.
    ``match_rft``: the same in RFT. "steps": the steps; "generated_tokens", "device_seconds": as many
    steps as spend what the reference arm spent.
    """

    match_sft: Literal["none", "updates", "tokens"] = "none"
    match_rft: Literal["steps", "generated_tokens", "device_seconds"] = "steps"
    data: Data = Data()
    prompt: Prompt = Prompt()
    lora: LoRA = LoRA()
    sft: SFT = SFT()
    rollouts: Rollouts = Rollouts()
    rft: RFT = RFT()
    evaluate: Evaluate = Evaluate()
    probe: Probe = Probe()
    numerics: Numerics = Numerics()
    tracking: Tracking = Tracking()
    limits: Limits = Limits()


class MatrixTable(Parameters):
    """The axes; every combination is a cell. An entry is a plugin name or a table with one."""

    benchmarks: Annotated[tuple[Any, ...], Field(min_length=1)]
    models: Annotated[tuple[Any, ...], Field(min_length=1)]
    strategies: Annotated[tuple[Any, ...], Field(min_length=1)]
    algorithms: Annotated[tuple[Any, ...], Field(min_length=1)]
    seeds: Annotated[tuple[int, ...], Field(min_length=1)]

    @pydantic.field_validator("seeds")
    @classmethod
    def _distinct(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(seeds)) != len(seeds):
            raise ValueError("a seed is listed twice")
        return seeds


Percent = Annotated[float, Field(ge=0, le=100)]
Points = Annotated[float, Field(ge=-100, le=100)]


class Published(Parameters):
    """A number that somebody else published, in % as it stands there; never measured here.

    ``strategy`` and so on are labels of the suite: they name the row of the report next to which it is shown.
    ``tag`` is how far it can be trusted: "P" the publication itself, "C" the authors' code, "M"
    measured with the authors' code, "D" derived, "S" second-hand, "U" not known.
    """

    strategy: str
    benchmark: str = ""
    model: str = ""
    algorithm: str = ""
    split: str = ""
    pre: Percent | None = None
    post: Percent | None = None
    gain: Points | None = None
    tag: Literal["P", "C", "M", "D", "S", "U"]
    source: Annotated[str, Field(min_length=1)]
    note: str = ""

    @pydantic.model_validator(mode="after")
    def _agree(self) -> Published:
        if self.pre is None and self.post is None and self.gain is None:
            raise ValueError("give at least one of pre, post and gain")
        if self.pre is None or self.post is None or self.gain is None:
            return self
        # Each of the three may have been rounded to one decimal.
        if abs(self.post - self.pre - self.gain) > 0.16:
            raise ValueError(f"gain {self.gain} is not post {self.post} minus pre {self.pre}")
        return self


class Primary(Parameters):
    """The one contrast that a suite declares before it is run; every other one is exploratory.

    ``contrast``: "gain" or "final", each arm against the reference arm, over all benchmarks, models
    and algorithms of the matrix; no arm stands above it whose final score is not higher, whichever it
    is. ``split`` empty is the first that is evaluated.
    """

    contrast: Literal["gain", "final"] = "final"
    score: Literal["greedy", "sampled"] = "greedy"
    split: EvaluationSplit | Literal[""] = ""


class Report(Parameters):
    """Settings of the report: ``reference`` is the label of the arm that others are compared with.

    Empty means the first strategy of the matrix. ``primary`` is the contrast that ranks arms.
    ``figures`` names those that are drawn, empty means all that have data; ``published`` are numbers
    to show next to measured ones.
    """

    reference: str = ""
    primary: Primary = Primary()
    figures: tuple[str, ...] = ()
    published: tuple[Published, ...] = ()


class EngineTable(Parameters):
    """The engine that runs the stages, and its parameters; in no content key.

    Without ``name`` it is the one that declares itself the default.
    """

    model_config = pydantic.ConfigDict(extra="allow")

    name: str = ""


class SuiteFile(Parameters):
    """A whole suite file. ``matrix`` is a :class:`MatrixTable` or an array of them."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)]
    description: str = ""
    seed: int = 0
    plugins: tuple[str, ...] = ()
    matrix: Any
    analyses: tuple[Any, ...] = ()
    decoders: tuple[Any, ...] = ()
    defaults: Defaults = Defaults()
    engine: EngineTable = EngineTable()
    report: Report = Report()
