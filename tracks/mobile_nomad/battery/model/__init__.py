"""What the glasses do, each from its own inputs: a step of learning, a day, and what learning does to an accent."""
