"""The api-versions that the questions are asked with: the product's own where it has one."""

from imagegate.gateway.resources import API_VERSIONS

TEMPLATES = API_VERSIONS["microsoft.virtualmachineimages/imagetemplates"]
GALLERIES = API_VERSIONS["microsoft.compute/galleries"]
MACHINES = API_VERSIONS["microsoft.compute/virtualmachines"]
RESOURCES = API_VERSIONS["microsoft.resources/resources"]
AUTHORIZATION = "2022-04-01"
EVENT_GRID = "2022-06-15"
SITES = "2024-04-01"
STORAGE = "2023-05-01"
SKUS = "2021-07-01"
SUBSCRIPTIONS = "2022-12-01"
