"""What is true: pure functions of numpy and scipy, each with its equation, units, source and a worked example."""
