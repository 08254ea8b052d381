"""Settings that cannot work together, found without torch, before anything runs."""

from __future__ import annotations

from bi_bench.api import SPLITS, ModelSource, UserError, did_you_mean
from bi_bench.api.text import read_json
from bi_bench.plan.checks.phases import sound
from bi_bench.suite import Entry, Suite
from bi_bench.suite.schema import Prompt


def check_template(prompt: Prompt, model: Entry, source: ModelSource) -> None:
    """UserError if the model's own chat template is wanted and its folder has none.

    Of a hub model nothing is known before its files are there: the first stage that needs the
    template says so.
    """
    if prompt.template != "model" or source.folder is None:
        return
    files = [source.folder / name for name in ("tokenizer_config.json", "chat_template.json")]
    found = [read_json(file) for file in files if file.is_file()]
    if any(isinstance(data, dict) and data.get("chat_template") for data in found):
        return
    if not any(source.folder.glob("**/chat_template*.jinja")):
        raise UserError(
            f'defaults.prompt.template = "model", but {model.label} has no chat template; write '
            '"none" or name a file with one'
        )


def check_stop(suite: Suite) -> None:
    """UserError if truncated completions are masked: TRL would mask all that a stop text ended."""
    if not suite.defaults.prompt.stop:
        return
    for entry in sound(suite.axes["algorithms"]):
        for phase in entry.plugin.phases():
            if phase.config.get("mask_truncated_completions"):
                raise UserError(
                    f"{entry.label} masks truncated completions, and TRL takes for truncated what "
                    "defaults.prompt.stop ended; leave one of them out (dapo: set overlong)"
                )


def check_roles(suite: Suite) -> None:
    """UserError if an analysis asks for a role that there is in no suite, with those that there are."""
    known = [*_ROLES, *(f"{kind}/{split}" for kind in _OF_SPLITS for split in SPLITS)]
    for entry in suite.analyses:
        for role in entry.plugin.needs:
            if role not in known:
                raise UserError(
                    f'analysis {entry.label} needs "{role}", which is no role'
                    f"{did_you_mean(role, known) or '.'} Known: {', '.join(_ROLES)}; those of a split "
                    f"are {', '.join(f'{kind}/SPLIT' for kind in _OF_SPLITS)}"
                )


_OF_SPLITS = ("problems", "pre", "post", "overlap")
_ROLES = ("base", "augment", "sft", "probe", "rft", "probe-rft", *_OF_SPLITS)
