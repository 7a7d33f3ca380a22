"""The browser lab: pages, callbacks, settings and the ledger of what students did."""

import os

# Before numpy is loaded: the lab's matrices are small, and a second BLAS thread costs more than it gives.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
