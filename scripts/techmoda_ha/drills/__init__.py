"""Drills: what breaks, what clients see meanwhile, and what that measures.

Pure arithmetic is in `measurement`; the modules around it drive clients and AWS. The experiments
themselves are Chaos Toolkit files in drills/, whose actions and probes are functions of this package.
"""
