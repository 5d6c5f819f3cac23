"""Documents made from code: diagrams, and the tables of the modules' READMEs."""
