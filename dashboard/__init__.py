"""The browser lab: pages, callbacks, settings and the ledger of what students did."""
