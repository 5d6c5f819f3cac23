"""How long validating a plan takes, with checkov's time on the same plan beside it."""
