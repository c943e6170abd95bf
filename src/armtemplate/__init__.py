"""The ARM template language: lenient JSON with positions, expressions, whole templates; without input or output.

    document = parse_json(text, file="template.json")
    deployment = evaluate(document, parameters={"location": "westeurope"})
    for resource in deployment.resources: ...

What only Azure can know becomes an `Unknown`; `deployment.finish(resource, runtime)` resolves it later.
"""

from armtemplate.deployment import Deployment, Output, Resource
from armtemplate.documents import Document, parse_json
from armtemplate.errors import ArmTemplateError, Fault, TemplateFaults
from armtemplate.evaluation import evaluate, evaluate_expression
from armtemplate.linked_templates import LinkedTemplateResolver
from armtemplate.parameter_files import parse_parameters
from armtemplate.positions import Position
from armtemplate.runtime import Runtime
from armtemplate.scope import PUBLIC_CLOUD, Scope
from armtemplate.unknown import Unknown, unknowns_in

__all__ = [
    "PUBLIC_CLOUD",
    "ArmTemplateError",
    "Deployment",
    "Document",
    "Fault",
    "LinkedTemplateResolver",
    "Output",
    "Position",
    "Resource",
    "Runtime",
    "Scope",
    "TemplateFaults",
    "Unknown",
    "evaluate",
    "evaluate_expression",
    "parse_json",
    "parse_parameters",
    "unknowns_in",
]
