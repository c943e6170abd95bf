"""Environment, inputs and imagegate.yaml become one Settings, or one list of faults."""

from pathlib import Path

import pytest

from imagegate.errors import InputError
from imagegate.model import HttpProbe, Promote, Reach, SmokeSpec, TcpProbe
from imagegate.settings import image_name, load_cloud_settings, load_settings

GUID = "10ca1a2e-0000-4000-8000-000000000001"
OTHER = "10ca1a2e-0000-4000-8000-000000000002"
WHOLE = """\
name: web
template: web.json
azure:
  subscription: "${IMAGEGATE_VAR_S}"
  resource-group: rg
  location: westeurope
  gallery: golden
  definition: web
"""


def _folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "imagegate.yaml").write_text(text)
    (tmp_path / "web.json").write_text("{}")
    (tmp_path / "template.json").write_text("{}")
    return tmp_path


def _faults(tmp_path: Path, text: str, **environment: str) -> list[str]:
    """Each fault as `line:column: path: message`."""
    with pytest.raises(InputError) as caught:
        load_settings(_folder(tmp_path, text), environment=environment)
    return [f"{fault.line}:{fault.column}: {fault.path}: {fault.message}" for fault in caught.value.faults]


def test_what_is_silent_has_a_default(tmp_path: Path) -> None:
    """A short file is enough: identity, smoke group, probes and patience have defaults."""
    settings = load_settings(_folder(tmp_path, WHOLE), environment={"IMAGEGATE_VAR_S": GUID})

    assert settings.azure.subscription_id == GUID
    assert settings.azure.arm_endpoint == "https://management.azure.com"
    assert (settings.azure.identity, settings.azure.smoke_resource_group) == ("imagegate-builder", "rg-smoke")
    assert settings.smoke == SmokeSpec()
    assert settings.build.timeout_s is None
    assert (settings.definition.publisher, settings.definition.offer, settings.definition.sku) == (
        "imagegate",
        "web",
        "web",
    )
    assert (settings.template, settings.parameters) == (tmp_path / "web.json", None)


def test_the_whole_smoke_part(tmp_path: Path) -> None:
    """Every key of the smoke part arrives."""
    text = WHOLE + (
        "smoke:\n"
        "  vm-size: [Standard_D2s_v3, Standard_B2s]\n"
        "  reach: run-command\n"
        "  probes:\n"
        "    - http: {scheme: https, path: /up, status: 204, contains: ok, host: web.example}\n"
        "    - tcp: {port: 22}\n"
        "  reboot: true\n"
        "  deadline: 1h30m\n"
        "  regions: [westeurope, northeurope]\n"
        "  allow-from: 192.0.2.0/24\n"
        "promote: never\n"
    )

    smoke = load_settings(_folder(tmp_path, text), environment={"IMAGEGATE_VAR_S": GUID}).smoke

    assert smoke == SmokeSpec(
        vm_sizes=("Standard_D2s_v3", "Standard_B2s"),
        reach=Reach.RUN_COMMAND,
        probes=(
            HttpProbe(scheme="https", port=443, path="/up", status=204, contains="ok", host="web.example"),
            TcpProbe(port=22),
        ),
        reboot=True,
        deadline_s=5400,
        regions=("westeurope", "northeurope"),
        allow_from="192.0.2.0/24",
        promote=Promote.NEVER,
    )


def test_who_wins(tmp_path: Path) -> None:
    """An argument beats our own variable, which beats the file, which beats a variable set for others as well."""
    folder = _folder(tmp_path, WHOLE.replace('  subscription: "${IMAGEGATE_VAR_S}"\n', ""))
    environment = {
        "AZURE_SUBSCRIPTION_ID": OTHER,
        "IMAGEGATE_LOCATION": "northeurope",
        "IMAGEGATE_GALLERY": "own",
    }

    azure = load_settings(folder, inputs={"gallery": "argument", "location": None}, environment=environment).azure

    assert (azure.subscription_id, azure.location, azure.gallery) == (OTHER, "northeurope", "argument")


def test_the_file_beats_what_is_set_for_others(tmp_path: Path) -> None:
    """A subscription that the file names is not replaced by the one that happens to be in the environment."""
    environment = {"IMAGEGATE_VAR_S": GUID, "AZURE_SUBSCRIPTION_ID": OTHER}

    assert load_settings(_folder(tmp_path, WHOLE), environment=environment).azure.subscription_id == GUID


def test_all_faults_at_once_with_their_place(tmp_path: Path) -> None:
    """Unset variables, unknown keys, wrong types, wrong values, doubled and missing keys: one list, in order."""
    text = (
        "name: -web\n"
        "azur: {}\n"
        "azure:\n"
        '  subscription: "${IMAGEGATE_VAR_S}"\n'
        "  resource-group: 3\n"
        "  location: westeurope\n"
        "  galery: golden\n"
        "smoke:\n"
        "  reach: publik-ip\n"
        "  probes:\n"
        "    - http: {port: 99999}\n"
        "    - htp: {}\n"
        "    - tcp: {}\n"
        "  deadline: soon\n"
        "promote: never\n"
        "promote: never\n"
    )

    assert _faults(tmp_path, text) == [
        '1:7: name: "-web" does not have the right shape',
        '2:1: azur: unknown key "azur"',
        "4:3: azure: gallery is not given",
        "4:3: azure: definition is not given",
        "4:17: azure.subscription: the environment variable IMAGEGATE_VAR_S is not set",
        "5:19: azure.resource-group: expected a string, got a whole number",
        '7:3: azure.galery: unknown key "galery"',
        '9:10: smoke.reach: expected one of "public-ip", "run-command"; got "publik-ip"',
        "11:20: smoke.probes[0].http.port: 99999 is out of range: expected 1 to 65535",
        '12:7: smoke.probes[1].htp: unknown key "htp"',
        '13:12: smoke.probes[2].tcp: the key "port" is missing',
        '14:13: smoke.deadline: "soon" does not have the right shape',
        "16:1: promote: the key stands here a second time; the first is in line 15",
    ]


def test_faults_say_what_to_do(tmp_path: Path) -> None:
    """A mistyped key gets a suggestion, a missing value every way to give it."""
    text = WHOLE.replace("gallery:", "galery:")

    with pytest.raises(InputError) as caught:
        load_settings(_folder(tmp_path, text), environment={"IMAGEGATE_VAR_S": GUID})

    assert [fault.hint for fault in caught.value.faults] == [
        (
            "Azure Compute Gallery of the versions. Give --gallery, set IMAGEGATE_GALLERY, or write azure.gallery in "
            f"{tmp_path}/imagegate.yaml."
        ),
        'Did you mean "gallery"?',
    ]


def test_missing_files_are_faults(tmp_path: Path) -> None:
    """A template or a parameter file that is not there is told where the file names it."""
    text = WHOLE.replace("web.json", "gone.json") + "parameters: p.json\n"

    assert _faults(tmp_path, text, IMAGEGATE_VAR_S=GUID) == [
        f"2:11: template: there is no file {tmp_path}/gone.json",
        f"9:13: parameters: there is no file {tmp_path}/p.json",
    ]


def test_no_folder_and_no_file(tmp_path: Path) -> None:
    """A folder without imagegate.yaml and a folder that is none are told apart."""
    with pytest.raises(InputError, match=r"there is no imagegate\.yaml in"):
        load_settings(tmp_path)
    with pytest.raises(InputError, match="is not a folder"):
        load_settings(tmp_path / "nowhere")


def test_an_empty_file_lacks_everything(tmp_path: Path) -> None:
    """An empty file is told by what it lacks, not by a crash."""
    faults = _faults(tmp_path, "")

    assert any('the key "name" is missing' in fault for fault in faults)
    assert any("location is not given" in fault for fault in faults)


@pytest.mark.parametrize("text", ["- a\n", "name\n", "3\n"], ids=["list", "string", "number"])
def test_what_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    """A YAML file of another shape is a fault like others."""
    assert any("expected a mapping" in fault for fault in _faults(tmp_path, text))


def test_the_build_timeout_is_read_from_every_source(tmp_path: Path) -> None:
    """The file's, the variable's and the argument's time limit are all durations; another shape is a fault."""
    folder = _folder(tmp_path, WHOLE + "build: {timeout: 90m}\n")

    assert load_settings(folder, environment={"IMAGEGATE_VAR_S": GUID}).build.timeout_s == 5400
    given = {"build-timeout": "2h"}
    assert load_settings(folder, inputs=given, environment={"IMAGEGATE_VAR_S": GUID}).build.timeout_s == 7200
    with pytest.raises(InputError, match='build-timeout: "soon" is not a duration'):
        load_settings(folder, inputs={"build-timeout": "soon"}, environment={"IMAGEGATE_VAR_S": GUID})


def test_a_command_without_a_folder_needs_a_subscription() -> None:
    """Cloud and subscription come from inputs and environment alone."""
    cloud = load_cloud_settings(
        environment={"AZURE_SUBSCRIPTION_ID": GUID, "IMAGEGATE_ARM_ENDPOINT": "https://arm.example/"}
    )

    assert (cloud.subscription_id, cloud.arm_endpoint) == (GUID, "https://arm.example")
    with pytest.raises(InputError, match="subscription is not given"):
        load_cloud_settings(environment={})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("name: apache\nunknown: 1\n", "apache"),
        ("name: two words\n", "my-image"),
        ("name: [\n", "my-image"),
        ("- a\n", "my-image"),
        (None, "my-image"),
    ],
)
def test_the_name_is_known_whatever_else_is_wrong(tmp_path: Path, text: str | None, name: str) -> None:
    """A status needs a name before the file is checked: the file's own, or one made of the folder's."""
    folder = tmp_path / "my image"
    folder.mkdir()
    if text is not None:
        (folder / "imagegate.yaml").write_text(text)

    assert image_name(folder) == name


def test_the_other_ending(tmp_path: Path) -> None:
    """imagegate.yml is as good as imagegate.yaml, which wins where both are there."""
    folder = _folder(tmp_path, WHOLE)
    (folder / "imagegate.yaml").rename(folder / "imagegate.yml")
    assert load_settings(folder, environment={"IMAGEGATE_VAR_S": GUID}).file == folder / "imagegate.yml"

    (folder / "imagegate.yaml").write_text(WHOLE)
    assert load_settings(folder, environment={"IMAGEGATE_VAR_S": GUID}).file == folder / "imagegate.yaml"


def test_bicep_is_told_how_it_becomes_a_template(tmp_path: Path) -> None:
    """Bicep as the template, or alone in the folder, is refused with the command that compiles it."""
    text = WHOLE.replace("web.json", "main.bicep")
    assert _faults(tmp_path, text, IMAGEGATE_VAR_S=GUID) == ["2:11: template: main.bicep is Bicep; a build takes JSON"]

    (tmp_path / "main.bicep").write_text("param x string")
    (tmp_path / "imagegate.yaml").write_text(WHOLE.replace("web.json", "absent.json"))
    with pytest.raises(InputError) as caught:
        load_settings(tmp_path, environment={"IMAGEGATE_VAR_S": GUID})
    assert caught.value.faults[0].hint == "Make it first: az bicep build --file main.bicep --outfile absent.json"


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        (WHOLE.replace("golden", "golden-images"), "letters, digits, dots and underscores, at most 80"),
        (WHOLE + "smoke: {probes: [{http: {path: health}}]}\n", "begins with a slash"),
    ],
)
def test_a_refused_shape_is_told(tmp_path: Path, text: str, shape: str) -> None:
    """A value of the wrong shape is refused with the shape that is wanted."""
    with pytest.raises(InputError, match=shape):
        load_settings(_folder(tmp_path, text), environment={"IMAGEGATE_VAR_S": GUID})


def test_a_subscription_is_a_guid(tmp_path: Path) -> None:
    """A subscription's name is refused before any request, in a file and for a command without one."""
    assert _faults(tmp_path, WHOLE, IMAGEGATE_VAR_S="my-sub") == [
        '4:17: azure.subscription: "my-sub" is no subscription id'
    ]
    with pytest.raises(InputError, match=r"my-sub.*is no subscription id"):
        load_cloud_settings(environment={"AZURE_SUBSCRIPTION_ID": "my-sub"})


def test_a_file_that_is_far_too_large(tmp_path: Path) -> None:
    """It is not read."""
    (tmp_path / "imagegate.yaml").write_text("#" * (1024 * 1024) + "\n")

    with pytest.raises(InputError, match="larger than 1024 KiB"):
        load_settings(tmp_path, environment={})


def test_the_folder_does_not_choose_where_to_log_in(tmp_path: Path) -> None:
    """Another resource manager than Azure's comes from the environment or an argument alone."""
    text = WHOLE.replace("azure:\n", "azure:\n  arm-endpoint: https://arm.attacker.example\n")
    folder = _folder(tmp_path, text)

    with pytest.raises(InputError, match="expected one of"):
        load_settings(folder, environment={"IMAGEGATE_VAR_S": GUID})

    own = _folder(tmp_path, WHOLE)
    environment = {"IMAGEGATE_VAR_S": GUID, "IMAGEGATE_ARM_ENDPOINT": "https://localhost:8443"}
    assert load_settings(own, environment=environment).azure.arm_endpoint == "https://localhost:8443"
