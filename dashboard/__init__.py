"""The browser lab: pages, callbacks, settings and the ledger of what students did."""

import physics  # noqa: F401 - first, because it sets BLAS to one thread before numpy is loaded
