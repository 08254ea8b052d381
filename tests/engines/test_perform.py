"""Failures as records."""

from __future__ import annotations

from bi_bench.api import UserError
from bi_bench.api.boundary import calling
from bi_bench.engines.perform import failure


def test_the_failure_record_has_the_traceback_of_a_plugin_but_none_of_a_user_error() -> None:
    try:
        with calling("strategy x"):
            raise KeyError("seven")
    except UserError as error:
        record = failure(error)
    assert record.user
    assert record.message.startswith("strategy x: KeyError: 'seven'")
    assert 'raise KeyError("seven")' in record.traceback
    assert failure(UserError("mend me")).traceback == ""
