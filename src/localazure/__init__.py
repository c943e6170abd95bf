"""A cloud of one's own: Azure Resource Manager on localhost, and an engine that does the work behind it for real.

Requests come in at `http`, are carried out by `providers`, and end in `engine` where something has to be built or
booted. The product under test knows none of this: it is given a URL and a credential.
"""
