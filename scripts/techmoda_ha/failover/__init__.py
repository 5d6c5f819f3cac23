"""The STOP switch: taking the primary region out of service deliberately, and putting it back safely.

Everything that `stop` needs is in the DR region: a DynamoDB item there is the switch, which a Route 53
health check watches. No control plane and nothing of the primary region is asked.
"""
