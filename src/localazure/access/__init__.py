"""Who may do what: the directory of principals, role definitions, and the decision. Providers ask through `Cloud`."""
