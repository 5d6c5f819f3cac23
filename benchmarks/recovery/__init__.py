"""How fast damage is found and repaired, and how much memory that takes, by the number of items.

Changes and items are fed where they would come from AWS, so no network and no table is measured but the way
from records to a sealed plan.
"""
