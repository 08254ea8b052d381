"""Checks that a model has the chat template that a suite asks for."""

from __future__ import annotations

from bi_bench.api import LanguageModel, ModelSource, UserError
from bi_bench.api.text import read_json
from bi_bench.suite import Entry
from bi_bench.suite.schema import Prompt


def check_template(prompt: Prompt, model: Entry[LanguageModel], source: ModelSource) -> None:
    """UserError if the model's own chat template is wanted and its folder has none.

    Of a hub model nothing is known before its files are there: the first stage that needs the
    template reports it.
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
