"""The function table."""

import pytest

from armtemplate import TemplateFaults, evaluate_expression
from armtemplate.functions import FUNCTIONS

# What https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions lists.
_DOCUMENTED = """
array concat contains createArray empty first flatten indexFromEnd indexOf intersection last lastIndexOf
length max min range skip take tryGet tryIndexFromEnd union parseCidr cidrSubnet cidrHost coalesce equals less
lessOrEquals greater greaterOrEquals dateTimeAdd dateTimeFromEpoch dateTimeToEpoch utcNow deployment
environment parameters variables deployer filter groupBy map mapValues reduce sort toObject lambda
lambdaVariables and bool false if not or true add copyIndex div float int mod mul sub createObject items json
null objectKeys shallowMerge extensionResourceId listKeys list listAccountSas pickZones providers reference
references resourceId subscriptionResourceId managementGroupResourceId tenantResourceId toLogicalZone
toLogicalZones toPhysicalZone toPhysicalZones managementGroup resourceGroup subscription tenant base64
base64ToJson base64ToString dataUri dataUriToString endsWith format guid join newGuid padLeft replace split
startsWith string substring toLower toUpper trim uniqueString uri uriComponent uriComponentToString fail
externalInputs roleDefinitions buildUri parseUri
"""


@pytest.mark.parametrize("name", _DOCUMENTED.split())
def test_every_documented_function_is_in_the_table(name: str) -> None:
    """By its name, without regard to case."""
    assert FUNCTIONS.get(name.lower()) is not None


def test_a_misspelled_function_gets_a_suggestion() -> None:
    """The fault names the nearest function, and its caret stands under the name."""
    with pytest.raises(TemplateFaults) as caught:
        evaluate_expression("[concat('a', toUper('b'))]")
    (fault,) = caught.value.faults
    assert "did you mean 'toUpper'" in fault.message
    assert fault.caret_offset == 13


@pytest.mark.parametrize(
    ("expression", "counted"),
    [
        ("[if(true(), 1)]", "takes 3 arguments, and is given 2"),
        ("[substring('a')]", "takes 2 to 3 arguments, and is given 1"),
        ("[min()]", "takes at least 1 argument, and is given 0"),
        ("[true(1)]", "takes 0 arguments, and is given 1"),
    ],
)
def test_a_wrong_number_of_arguments_is_counted(expression: str, counted: str) -> None:
    """The fault says how many there are and how many there should be."""
    with pytest.raises(TemplateFaults, match=counted):
        evaluate_expression(expression)
