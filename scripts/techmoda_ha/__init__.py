"""The `ha` command and its library: deploy, prove and recover TechModa's two-region product API."""
