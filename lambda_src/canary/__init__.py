"""Visits the API from outside, as a customer's browser would, each minute and from each region.

A visit goes to one target (the public name, or a region's own) and takes four steps on one connection: the
list of products, the first product of it, the same product again with its ETag (304 is expected, or another
ETag), and the health check. It is good when every step answers as the API promises, in time. A catalogue
without products has nothing to open; the two steps in the middle are left out then. A product that is
deleted while it is looked at is no fault of the API: the list is read once more.

Visits only read: a write would need a token that the canary had to keep, and would leave traces in the
catalogue.
"""
