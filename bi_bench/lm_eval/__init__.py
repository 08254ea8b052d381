"""The room for lm-eval, EleutherAI's evaluation harness: its logs in, our tasks and scores out.

- Logs of any models, compared: ``log_files`` finds them, ``results_file``, ``samples`` and
  ``filters`` read them, ``logs`` puts them together; ``comparable`` decides whether two may be
  compared, ``comparison`` has the numbers of one metric, ``compare`` goes through all,
  ``render`` writes text, Markdown and JSON.
- A benchmark as a task: ``export_task`` writes the folder, ``task_folder`` has the files in it that
  are read again, ``task_runtime`` is what lm-eval calls there.
- Scores as lm-eval's results file: ``export_results``.

It is no part of ``report``: an exported task rebuilds its benchmark from the installed plugins, and
a report never loads a plugin. No other room but ``cli`` imports it, and it never imports lm-eval.

The benchmark plugin ``lm-eval``, which runs tasks of the catalogue, stays apart: plugins see
:mod:`bi_bench.api` alone, and it reads what lm-eval returns in the process, not its files.
"""
