"""What the forms and files of the ledger's pages ask of the server: plain HTTP beside Dash's callbacks."""
