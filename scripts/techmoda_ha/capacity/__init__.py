"""The capacity model: whether a configuration holds a traffic profile, where it breaks first, its cost.

Pure arithmetic, second by second. `rules` names the source of every figure.
"""
