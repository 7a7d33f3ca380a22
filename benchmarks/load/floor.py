"""A Dash app that does nothing, for gunicorn: the shortest time that a request can take."""

import gc

from benchmarks.harness import do_nothing

server = do_nothing().server
gc.collect()
gc.freeze()
