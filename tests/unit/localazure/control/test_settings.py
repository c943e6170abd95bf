"""The settings of the cloud as a whole."""

from __future__ import annotations

import pytest

from localazure.control.problems import InvalidControl
from localazure.control.settings import CloudSettings, Settings


def test_settings_change_and_go_back() -> None:
    """What is named changes, the rest stays, and a reset brings back what the cloud was started with."""
    settings = Settings(CloudSettings(regional_cores=4))
    settings.change({"throttling": False, "replication_s_per_region": 3})
    assert (settings.current.throttling, settings.current.replication_s_per_region) == (False, 3)
    assert settings.document()["regional_cores"] == 4
    settings.reset()
    assert settings.current == CloudSettings(regional_cores=4)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"reads_bukket": 3}, "did you mean 'reads_bucket'?"),
        ({"throttling": 1}, "1 is neither true nor false."),
        ({"reads_bucket": 1.5}, "1.5 is no whole number."),
        ({"reads_per_s": "many"}, "'many' is no number."),
        ({"regional_cores": -1}, "-1 is not a number from 0 on."),
        ([], "settings are a mapping"),
    ],
)
def test_what_is_no_setting_is_told(document: object, said: str) -> None:
    """And nothing changes."""
    settings = Settings()
    with pytest.raises(InvalidControl) as raised:
        settings.change(document)
    assert said in raised.value.message
    assert settings.current == CloudSettings()
