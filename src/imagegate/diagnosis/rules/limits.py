"""Quota, capacity, throttling and time limits."""

from imagegate.diagnosis.rule import Rank, Rule, Scope
from imagegate.model.diagnosis import Category, Confidence

RULES = (
    Rule(
        code="container-quota",
        category=Category.QUOTA,
        patterns=(
            r"Azure Container Instances quota exceeded",
            r"ContainerGroupQuotaReached",
            r"[Cc]ontainer groups? quota .{0,60}exceeded",
            (
                r"Resource type 'Microsoft\.ContainerInstance/containerGroups' container group quota "
                r"'(?P<detail>[^']+)' exceeded"
            ),
        ),
        says="The quota of Azure Container Instances is used up: {detail}.",
        means=(
            "Every build runs in a container group of four cores; too many run at once, or the region's quota is small."
        ),
        do=(
            "Build fewer images at once, remove idle container groups, or ask for more Container Instances quota in "
            "the region."
        ),
        scope=Scope.SERVICE,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="container-rate",
        category=Category.THROTTLED,
        patterns=(r"Too many Azure Container Instances deployed within a period of time",),
        says="Too many container instances were started in a short time.",
        means="Every build starts one; the subscription's rate limit was reached.",
        do="Start the builds less at once, and run this one again.",
        scope=Scope.SERVICE,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="core-quota",
        category=Category.QUOTA,
        patterns=(
            r"exceeding (?:approved )?(?P<detail>(?:quota limits of )?[\w .-]{1,60}?) quota",
            r"exceeding quota limits of (?P<detail>\w+)",
            r"QuotaExceeded",
            r"would exceed the quota of '(?P<detail>[^']+)'",
            r"ResourceQuotaExceeded",
            r"PublicIPCountLimitReached",
            r"StorageAccountCountLimit",
            r"exceeded the (?:maximum|limit) .{0,80}(?:quota|count|number) of",
            r"Maximum number of storage accounts",
            r"Cannot create more than \d+ public IP addresses",
            r"Current Limit: (?P<detail>\d+), Current Usage: \d+",
            r"GalleryImageVersion.{0,60}(?:limit|quota).{0,30}exceeded",
            r"subscription has reached its (?:limit|quota) .{0,60}",
            r"[Rr]egion has quota of (?P<detail>\d+ \w+) for your subscription",
        ),
        says="A quota of the subscription is used up: {detail}.",
        means="Other builds or forgotten machines hold it, or it is small for this family of sizes in this region.",
        do="Remove what is left over, use another size family or region, or ask for more quota.",
        scope=Scope.SERVICE,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="capacity",
        category=Category.CAPACITY,
        patterns=(
            r"SkuNotAvailable",
            r"AllocationFailed",
            r"OverconstrainedAllocationRequest",
            r"is currently not available in location '(?P<location>[^']+)'",
            r"do not have sufficient capacity",
            r"ServiceUnavailable.{0,200}capacity",
            r"The requested resource is not available in the location '(?P<location>[^']+)' at this moment",
            r"LocationNotAvailableForResourceType",
            r"NotAvailableForSubscription",
            r"requested VM size (?P<detail>\S+) is not available",
        ),
        says="Azure has no machine of the wanted size at the moment, or not for this subscription: {location}{detail}.",
        means="The region is short of it, or the size is not offered to the subscription there.",
        do="List a second size of another family in build.vm-size of imagegate.yaml, or build in another region; later "
        "it may work as it is.",
        scope=Scope.SERVICE,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="throttled",
        category=Category.THROTTLED,
        patterns=(
            r"TooManyRequests",
            r"OperationNotAllowed.{0,60}(?:rate limit|throttl)",
            r"SubscriptionRequestsThrottled",
            r"number of (?:read|write|delete) requests for subscription .{0,60}exceeded",
            r"RetryableErrorDueToAnotherOperation",
            r"StatusCode=429",
            r"\b429 Too Many Requests",
        ),
        says="Azure refused for a while: too many requests.",
        means="The subscription's or the service's rate limit was reached.",
        do="Run it again later, and fewer at once.",
        scope=Scope.SERVICE,
        rank=Rank.ORDINARY,
    ),
    Rule(
        code="replication-timeout",
        category=Category.TIMEOUT,
        patterns=(
            r"Failed in distributing.{0,2000}(?:context deadline exceeded|context has been cancelled)",
            r"Error waiting on (?:Azure Compute|Shared Image) Gallery future",
            r"Error waiting on .{0,20} ?SIG future",
            r"Timed? ?out waiting for .{0,60}replicat",
        ),
        says="The run's time was over while the image was replicated to the gallery's regions.",
        means=(
            "The image itself was built. Replication counts in buildTimeoutInMinutes, and goes on after the run has "
            "failed: the version may still become usable."
        ),
        do=(
            "Raise buildTimeoutInMinutes, or replicate to fewer regions; look whether the version exists by now "
            "before building again."
        ),
        scope=Scope.SERVICE,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="build-timeout",
        category=Category.TIMEOUT,
        patterns=(
            r"Timeout waiting for microservice to complete",
            r"Failed while waiting for packerizer.{0,200}context deadline exceeded",
            r"^(?!.*WinRM connection err).*context deadline exceeded",
            r"exceeded (?:the )?buildTimeoutInMinutes",
            r"The image build (?:has )?timed out",
            r"build.{0,40}timed out after",
        ),
        says="The run's time (buildTimeoutInMinutes) was over before its work was done.",
        means=(
            "A step waits for an answer that nobody gives, a download is slow (the File customizer is made for less "
            "than 20 MB), or the work needs more time."
        ),
        do=(
            "Look at the last step in the log. Make commands non-interactive, take a larger vmSize, or raise "
            "buildTimeoutInMinutes (240 by default, 960 at most)."
        ),
        scope=Scope.SERVICE,
        rank=Rank.SPECIFIC,
    ),
    Rule(
        code="slow-download",
        category=Category.TIMEOUT,
        patterns=(r"(?P<detail>[^\s\"]+) [\d.]+ [KMGT]?i?B / [\d.]+ [KMGT]?i?B\s+[\d.]+%",),
        says="The last that was heard of is a file that is still being copied: {detail}.",
        means="The File customizer is made for less than 20 MB, and very slow beyond.",
        do="Fetch large files from within a script (curl, wget, Invoke-WebRequest).",
        scope=Scope.ANY,
        rank=Rank.LOST,
        hangs=True,
        confidence=Confidence.MEDIUM,
    ),
    Rule(
        code="build-timeout-too-small",
        category=Category.TEMPLATE_INVALID,
        patterns=(
            r"client_jwt will expire within 5 minutes",
            r"JWT that is valid for at least 5 minutes",
            r"buildTimeoutInMinutes.{0,120}(?:bad value|invalid|must be|should be)",
        ),
        says="buildTimeoutInMinutes is too small.",
        means="Values from 1 to 5 are accepted, and break the build at its start.",
        do="Set buildTimeoutInMinutes to 0 (the default, four hours) or to 6 and more.",
        scope=Scope.SERVICE,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="cancelled",
        category=Category.CANCELLED,
        patterns=(
            r"Cancelling build after receiving (?P<detail>\w+)",
            r"Cancell?ing (?:builder|provisioning|hook) (?:after|due to) context cancell?ation",
            r"Build was cancell?ed",
            r"##\[error\]The operation was cancell?ed",
            r"run was cancell?ed",
            r"cancell?ed by (?:the )?user",
            r"The operation was cancell?ed",
        ),
        says="The build was stopped from outside while it ran.",
        means=(
            "Somebody cancelled the run, its time (buildTimeoutInMinutes) was over, or the connection to the build VM "
            "was lost."
        ),
        do=(
            "If nobody cancelled it: see whether the run took about as long as buildTimeoutInMinutes, and whether the "
            "last step changed firewall, SSH or network."
        ),
        scope=Scope.SERVICE,
        rank=Rank.SYMPTOM,
        confidence=Confidence.MEDIUM,
    ),
)
