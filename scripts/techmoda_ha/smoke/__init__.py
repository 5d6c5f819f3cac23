"""The smoke test: does what was deployed answer, in both regions? pytest modules and what runs them."""
