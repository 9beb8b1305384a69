"""The ESP-IDF projects: what can be held against itself without ESP-IDF.

What needs ESP-IDF's headers and Kconfig is in firmware/tools/check_types.sh.
"""

import configparser
import importlib.util
import re
import subprocess
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
FIRMWARE = ROOT / "firmware"
ESP = FIRMWARE / "esp"
PROJECTS = ["camera", "board"]
BOARDS = [
    (project, path.stem)
    for project in PROJECTS
    for path in sorted((ESP / project / "boards").glob("*.defaults"))
]

KIB = 1024
# What no pin of an ESP32-S3 with octal PSRAM may be: not there, flash and PSRAM, USB.
TAKEN_S3 = {22, 23, 24, 25, *range(26, 38), 19, 20}
# Of an ESP32: strapping pins, flash, the serial console, and one that pulses at boot.
TAKEN_ESP32 = {0, 2, 5, 12, 15, *range(6, 12), 1, 3, 14}
INPUTS_ONLY_ESP32 = set(range(34, 40))

NEEDED = {
    "ESP_DEFAULT_CPU_FREQ_MHZ_240": "y",
    "FREERTOS_HZ": "1000",
    "ESP_TASK_WDT_PANIC": "y",
    "ESP_TASK_WDT_TIMEOUT_S": "5",
    "ESP_BROWNOUT_DET": "y",
    "BOOTLOADER_APP_ROLLBACK_ENABLE": "y",
    "PARTITION_TABLE_CUSTOM": "y",
    "PARTITION_TABLE_CUSTOM_FILENAME": '"partitions.csv"',
    "MBEDTLS_CERTIFICATE_BUNDLE": "y",
    "LWIP_NETIF_LOOPBACK": "y",
}
NEEDED_OF = {
    "camera": {
        "IDF_TARGET": '"esp32s3"',
        "SPIRAM": "y",
        "SPIRAM_MODE_OCT": "y",
        "SPIRAM_USE_MALLOC": "y",
    },
    "board": {
        "IDF_TARGET": '"esp32"',
        "GPTIMER_ISR_CACHE_SAFE": "y",
        "MCPWM_CTRL_FUNC_IN_IRAM": "y",
    },
}


def defaults_of(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^CONFIG_(\w+)=(.*)$", path.read_text(), re.MULTILINE))


def platformio_of(project: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ESP / project / "platformio.ini")
    return parser


class Partition:
    def __init__(self, line: str) -> None:
        fields = [field.strip() for field in line.split(",")]
        self.name, self.type, self.subtype = fields[:3]
        self.begin, self.size = int(fields[3], 16), int(fields[4], 16)
        self.end = self.begin + self.size
        self.flags = fields[5] if len(fields) > 5 else ""


def partitions_of(project: str) -> dict[str, Partition]:
    text = (ESP / project / "partitions.csv").read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {partition.name: partition for partition in map(Partition, lines)}


@pytest.mark.parametrize(("project", "flash_mib"), [("camera", 8), ("board", 4)])
def test_partitions_fit_the_flash(project: str, flash_mib: int) -> None:
    assert defaults_of(ESP / project / "sdkconfig.defaults")[
        f"ESPTOOLPY_FLASHSIZE_{flash_mib}MB"
    ] == ("y")
    partitions = list(partitions_of(project).values())
    end = 0x9000  # bootloader and partition table come before
    for partition in partitions:
        assert partition.begin >= end, f"{partition.name} overlaps what comes before it"
        assert partition.begin % (64 * KIB if partition.type == "app" else 4 * KIB) == 0
        end = partition.end
    assert end <= flash_mib * KIB * KIB


@pytest.mark.parametrize("project", PROJECTS)
def test_partitions_hold_two_programs_and_encrypted_settings(project: str) -> None:
    partitions = partitions_of(project)
    assert partitions["ota_0"].size == partitions["ota_1"].size >= 1536 * KIB
    assert partitions["otadata"].size == 2 * 4 * KIB, "one sector for each copy"
    assert partitions["nvs"].size >= 6 * 4 * KIB
    assert partitions["nvs_keys"].size == 4 * KIB
    assert partitions["nvs_keys"].flags == "encrypted"
    assert (partitions["nvs_keys"].type, partitions["nvs_keys"].subtype) == ("data", "nvs_keys")


@pytest.mark.parametrize("project", PROJECTS)
def test_settings_of_the_build(project: str) -> None:
    defaults = defaults_of(ESP / project / "sdkconfig.defaults")
    wanted = NEEDED | NEEDED_OF[project]
    assert {name: defaults.get(name) for name in wanted} == wanted


@pytest.mark.parametrize(("project", "board"), BOARDS)
def test_each_board_can_be_chosen(project: str, board: str) -> None:
    """By idf.py, by menuconfig and by PlatformIO alike."""
    folder = ESP / project
    chosen = defaults_of(folder / "boards" / f"{board}.defaults")
    (name,) = [key for key in chosen if key.startswith("PEERLENS_BOARD_")]
    assert f"config {name}\n" in (folder / "main" / "Kconfig.projbuild").read_text()
    selection = next((folder / "boards").glob("*_board.hpp")).read_text()
    assert f'CONFIG_{name}\n#include "{board}.hpp"' in selection
    section = platformio_of(project)[f"env:{board}"]
    assert section["board_build.cmake_extra_args"] == f"-DPEERLENS_BOARD={board}"


def test_an_update_is_for_one_board_only() -> None:
    targets = [
        re.search(r'kTarget = "([^"]+)"', (ESP / project / "boards" / f"{board}.hpp").read_text())
        for project, board in BOARDS
    ]
    names = [target[1] for target in targets if target]
    assert len(names) == len(BOARDS) == len(set(names))
    header = (FIRMWARE / "core" / "update" / "image_header.hpp").read_text()
    (most,) = re.findall(r"kTargetSize = (\d+)", header)
    assert max(map(len, names)) <= int(most)


@pytest.mark.parametrize("board", [board for project, board in BOARDS if project == "camera"])
def test_a_cameras_pins_are_distinct_and_free(board: str) -> None:
    text = (ESP / "camera" / "boards" / f"{board}.hpp").read_text()
    pins = {name: int(pin) for name, pin in re.findall(r"\.(\w+) = (-?\d+)", text)}
    wired = [pin for pin in pins.values() if pin >= 0]
    assert len(pins) == 17, "every pin of CameraPins has a value"
    assert len(set(wired)) == len(wired) >= 15
    assert not TAKEN_S3 & set(wired)
    assert max(wired) <= 48


def test_a_boards_pins_are_distinct_and_quiet_at_boot() -> None:
    text = (ESP / "board" / "boards" / "devkit_pins.h").read_text()
    pins = {name: int(pin) for name, pin in re.findall(r"PIN_(\w+) (\d+)$", text, re.MULTILINE)}
    assert len(set(pins.values())) == len(pins)
    outputs = pins.keys() - {"BATTERY", "BUTTON"}
    at_boot = re.search(r"PEERLENS_OUTPUT_PINS(.*)", text, re.DOTALL)
    assert at_boot
    assert set(re.findall(r"PEERLENS_PIN_(\w+)", at_boot[1])) == outputs, "all of them go low"
    for name in outputs:
        assert pins[name] not in TAKEN_ESP32 | INPUTS_ONLY_ESP32, name
    assert 32 <= pins["BATTERY"] <= 39, "of ADC 1: ADC 2 does not work beside Wi-Fi"


def globbed(component: str, base: str) -> set[Path]:
    """The sources that a component's CMakeLists.txt has, of firmware/`base`."""
    text = (ESP / "components" / component / "CMakeLists.txt").read_text()
    text = text.replace("${device}", "${CMAKE_CURRENT_LIST_DIR}/../../../device")
    patterns = re.findall(rf"\.\./\.\./\.\./({base}/[\w*/]+\.cpp)", text)
    return {path for pattern in patterns for path in FIRMWARE.glob(pattern)}


@pytest.mark.parametrize(
    ("component", "base"), [("peerlens_core", "core"), ("peerlens_device", "device")]
)
def test_the_chip_has_all_sources_of_the_host(component: str, base: str) -> None:
    """PlatformIO reads the same CMakeLists.txt as idf.py, so there is one list for both."""
    assert globbed(component, base) == set((FIRMWARE / base).rglob("*.cpp"))
    assert (FIRMWARE / base).exists()


def test_sources_have_names_of_their_own() -> None:
    """PlatformIO puts all objects of sources outside a project into one folder."""
    outside = [
        path
        for folder in (FIRMWARE / "core", FIRMWARE / "device", ESP / "components")
        for path in folder.rglob("*.cpp")
    ]
    assert [name for name, count in Counter(p.name for p in outside).items() if count > 1] == []


@pytest.mark.parametrize("project", PROJECTS)
def test_both_build_systems_embed_the_page(project: str) -> None:
    cmake = (ESP / "components" / "peerlens_chip" / "CMakeLists.txt").read_text()
    assert "EMBED_FILES ../../../provisioning/page.html" in cmake
    embedded = platformio_of(project)["env"]["board_build.embed_files"]
    assert (ESP / project / embedded).resolve() == FIRMWARE / "provisioning" / "page.html"
    assert (FIRMWARE / "provisioning" / "page.html").exists()


def test_versions_are_pinned() -> None:
    pinned: dict[str, str] = {}
    for manifest in sorted(ESP.rglob("idf_component.yml")):
        for name, version in re.findall(r"^  (\S+): \"(.+)\"$", manifest.read_text(), re.MULTILINE):
            assert pinned.setdefault(name, version) == version, f"{name} in two versions"
    components = {"espressif/esp32-camera", "espressif/esp_jpeg", "espressif/mdns"}
    assert pinned.keys() == components | {"idf"}
    idf = pinned.pop("idf")
    assert re.fullmatch(r"~\d+\.\d+\.\d+", idf), "a release and what mends it"
    for name, version in pinned.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
    for project in PROJECTS:
        platform = platformio_of(project)["env"]["platform"]
        assert re.fullmatch(r"espressif32@\d+\.\d+\.\d+", platform)


def idf_config() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "idf_config", FIRMWARE / "tools" / "idf_config.py"
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_default_without_effect_is_told() -> None:
    values = {"ON": True, "OFF": False, "SIZE": 4096, "NAME": "esp32"}
    wanted = {"ON": "y", "OFF": "n", "SIZE": "4096", "NAME": '"esp32"', "ABSENT": "n"}
    assert idf_config().ignored(wanted, values) == []
    assert idf_config().ignored({"OFF": "y", "ABSENT": "y"}, values) == [
        "CONFIG_OFF=y had no effect: it is n",
        "CONFIG_ABSENT=y had no effect: it is n",
    ]


def test_the_type_check_says_what_it_needs() -> None:
    script = FIRMWARE / "tools" / "check_types.sh"
    result = subprocess.run(
        [script], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False
    )
    assert result.returncode != 0
    assert "IDF_PATH: where ESP-IDF is" in result.stderr
