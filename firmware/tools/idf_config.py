"""Make sdkconfig.h of one of the ESP-IDF projects, and check that all its defaults took.

ESP-IDF silently leaves out a default whose name is wrong, or that something else rules out. So
this reads ESP-IDF's own Kconfig files (and those of the components beside them), evaluates them
with ESP-IDF's own kconfgen, and compares. Needs ESP-IDF's Python environment, or a venv with
`esp-idf-kconfig` in it, and nothing built.

    python idf_config.py --idf $IDF_PATH --project firmware/esp/camera --board xiao_s3_sense \
        --component path/to/esp32-camera --component path/to/mdns --out /tmp/config
"""

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path


def settings_in(path: Path) -> dict[str, str]:
    """What a file of defaults sets, name to value, both as they stand there."""
    found = {}
    for line in path.read_text().splitlines():
        match = re.fullmatch(r"CONFIG_(\w+)=(.*)", line.strip())
        if match:
            found[match[1]] = match[2]
    return found


def sourced(files: list[Path]) -> str:
    return "".join(f'source "{file}"\n' for file in sorted(files))


def evaluate(
    idf: Path, target: str, defaults: list[Path], folders: list[Path], out: Path
) -> dict[str, object]:
    """Write sdkconfig.h to `out`; returns every setting's value."""
    out.mkdir(parents=True, exist_ok=True)
    kconfigs = out / "kconfigs.in"
    projbuild = out / "kconfigs_projbuild.in"
    kconfigs.write_text(sourced([f / "Kconfig" for f in folders if (f / "Kconfig").exists()]))
    projbuild.write_text(
        sourced([f / "Kconfig.projbuild" for f in folders if (f / "Kconfig.projbuild").exists()])
    )
    command = [sys.executable, "-m", "kconfgen", "--kconfig", str(idf / "Kconfig")]
    if (idf / "sdkconfig.rename").exists():
        command += ["--sdkconfig-rename", str(idf / "sdkconfig.rename")]
    for path in defaults:
        command += ["--defaults", str(path)]
    command += ["--output", "header", str(out / "sdkconfig.h")]
    command += ["--output", "json", str(out / "sdkconfig.json")]
    environment = os.environ | {
        "IDF_PATH": str(idf),
        "IDF_TARGET": target,
        "IDF_TOOLCHAIN": "gcc",
        "IDF_ENV_FPGA": "",
        "IDF_INIT_VERSION": "5.5.3",
        "IDF_CI_BUILD": "",
        "IDF_DOC_BUILD": "",
        "COMPONENT_KCONFIGS_SOURCE_FILE": str(kconfigs),
        "COMPONENT_KCONFIGS_PROJBUILD_SOURCE_FILE": str(projbuild),
    }
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    values: dict[str, object] = json.loads((out / "sdkconfig.json").read_text())
    return values


def as_written(value: object) -> str:
    """A value of sdkconfig.json as a file of defaults has it."""
    if isinstance(value, bool):
        return "y" if value else "n"
    return f'"{value}"' if isinstance(value, str) else str(value)


def ignored(wanted: dict[str, str], values: dict[str, object]) -> list[str]:
    """What was wanted and is not so; a setting that is not there counts as n."""
    return [
        f"CONFIG_{name}={value} had no effect: it is {as_written(values.get(name, False))}"
        for name, value in wanted.items()
        if as_written(values.get(name, False)) != value
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--idf", type=Path, required=True)
    parser.add_argument("--project", type=Path, required=True)
    parser.add_argument("--board", help="a file of boards/*.defaults")
    parser.add_argument("--component", type=Path, action="append", default=[])
    parser.add_argument("--also", type=Path, help="more defaults, for a check only")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()

    defaults = [arguments.project / "sdkconfig.defaults"]
    if arguments.board:
        defaults.append(arguments.project / "boards" / f"{arguments.board}.defaults")
    wanted: dict[str, str] = {}
    for path in defaults:
        wanted |= settings_in(path)
    if arguments.also:
        defaults.append(arguments.also)
    components = [f for f in (arguments.idf / "components").iterdir() if f.is_dir()]
    folders = [*components, *arguments.component, arguments.project / "main"]
    target = wanted["IDF_TARGET"].strip('"')
    values = evaluate(
        arguments.idf,
        target,
        [path.resolve() for path in defaults],
        [folder.resolve() for folder in folders],
        arguments.out.resolve(),
    )
    problems = ignored(wanted, values)
    for problem in problems:
        print(f"{arguments.project.name}: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
