"""Rules of high availability as custom checks of checkov, for whoever runs checkov alone.

checkov loads every module of this folder (.checkov.yaml, external-checks-dir). They judge one resource at a
time and see only what its block says; `ha validate` knows the whole system. A value that checkov could not
resolve (a variable, a local value) is unknown here, never passed.
"""
