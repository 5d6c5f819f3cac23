"""The data-corruption drill: a bad deployment damages products while customers and staff go on working."""
