"""The playbooks: each reads how things are, and a pure function of it decides."""
