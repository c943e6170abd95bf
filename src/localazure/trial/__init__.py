"""`imagegate try`: the whole story on this machine, told by the same commands that talk to Azure.

The cloud is a child process, each product command is another. What they share is an environment: an endpoint, a
credential, a certificate bundle.
"""
