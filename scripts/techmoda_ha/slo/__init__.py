"""Service level objectives: the arithmetic of error budgets, and how they stand in a deployment."""
