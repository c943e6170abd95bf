"""Azure's limits on a template, and our own on the work that one may cause.

The counts and sizes are those of https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices#template-limits.
Depth of JSON is what ARM's own serializer settings carry (`JsonSerializationMaxDepth`).
"""

EXPRESSION_CHARACTERS = 24_576
PARAMETERS = 256
VARIABLES = 512  # copies counted once expanded by name: a variable loop is one variable
RESOURCES = 800  # copies included
OUTPUTS = 64
COPY_ITERATIONS = 800
DEPLOYMENT_LOCATIONS = 10  # of the deployments to one subscription, management group, or tenant
TEMPLATE_BYTES = 4 * 1024 * 1024  # as it is sent, and once its loops and expressions are evaluated
RESOURCE_BYTES = 1024 * 1024  # of one resource once its loops and expressions are evaluated
PARAMETER_FILE_BYTES = 4 * 1024 * 1024
JSON_DEPTH = 512
NESTED_DEPLOYMENT_DEPTH = 16  # generous: Azure names no limit for templates inside templates
RANGE_COUNT = 10_000

# Not Azure's, ours: an input that asks for more is broken or hostile, and must end in a fault and not in a hang.
EVALUATION_DEPTH = 120
EVALUATION_STEPS = 1_000_000
VALUE_CHARACTERS = 4 * 1024 * 1024
VALUE_NODES = 1_000_000
