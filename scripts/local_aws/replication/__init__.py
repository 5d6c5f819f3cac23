"""How writes to one replica of a global table reach the others, later."""
