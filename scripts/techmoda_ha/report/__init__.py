"""`ha report`: the evidence as one page that a person without AWS knowledge can judge."""
