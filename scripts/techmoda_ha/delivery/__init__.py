"""From a commit to both regions: the freeze, what was live before, the bake, the way back, drift."""
