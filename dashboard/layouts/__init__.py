"""How it looks: Dash components from what benches declare; nothing here calculates."""
