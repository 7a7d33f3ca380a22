"""Whether a bench is a good one: a survey of its states, a check for each property, and a certificate."""
