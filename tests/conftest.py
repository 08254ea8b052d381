"""What every test relies on."""

from __future__ import annotations

import signal

# A job that a script starts in the background ignores Ctrl-C, and so do all its children: the tests
# of interruptions would wait for ever. A handler here, whatever it does, is the default again there.
signal.signal(signal.SIGINT, signal.default_int_handler)
