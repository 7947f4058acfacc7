"""Finds packages whose compiled code this machine cannot load.

A deployment package contains code for Lambda, e.g. for arm64 and Python 3.13. This machine can have another processor, another
system or another version of Python.
"""

import importlib.machinery
import os
import platform
import re
import sys

# e_machine of an ELF header (https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html), with Lambda's names.
MACHINES = {62: "x86_64", 183: "arm64"}
MACHINE_AT = 18
# The name of a compiled file, e.g. libgomp.so.1.
COMPILED = r"\.so(\.\d+)*$"
# The names of the same architectures in Python's platform.machine(), in lower case.
ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def this_machine():
    """The target of compiled code that this machine loads: system, architecture and version of Python."""
    machine = platform.machine().lower()
    return sys.platform, ARCHITECTURES.get(machine, machine), "%d.%d" % sys.version_info[:2]


def target_of(file):
    """The target of a compiled file; None for a file that is no ELF. The version is None if every version loads the file."""
    with open(file, "rb") as opened:
        header = opened.read(MACHINE_AT + 2)
    if len(header) < MACHINE_AT + 2 or not header.startswith(b"\x7fELF"):
        return None
    machine = int.from_bytes(header[MACHINE_AT:], "little")
    tag = re.search(r"\.cpython-(\d)(\d+)[^/]*\.so$", os.path.basename(file))
    return "linux", MACHINES.get(machine, "another processor"), tag and f"{tag[1]}.{tag[2]}"


def is_loadable(target, machine):
    return target[:2] == machine[:2] and target[2] in (None, machine[2])


def describe_target(target):
    system, architecture, version = target
    return f"{system} on {architecture}" + (f" with Python {version}" if version else "")


def unit_of(task_root, parts):
    """The import name of the package that contains a file; of the file itself, if no package contains it.

    `parts` are the names of the file's path below the folder. A folder without `__init__` is a namespace, which packages of
    several distributions can share (https://docs.python.org/3/reference/import.html#namespace-packages).
    """
    for depth in range(1, len(parts)):
        files = os.listdir(os.path.join(task_root, *parts[:depth]))
        if any(name.startswith("__init__.") for name in files):
            return ".".join(parts[:depth])
    return ".".join([*parts[:-1], parts[-1].split(".")[0]])


def foreign_packages(task_root):
    """The packages and modules of a folder that contain code for another machine, with the description of its target."""
    machine = this_machine()
    found = {}
    for folder, _, files in os.walk(task_root):
        for file in files:
            if not re.search(COMPILED, file):
                continue
            path = os.path.join(folder, file)
            target = target_of(path)
            if target is None or is_loadable(target, machine):
                continue
            name = unit_of(task_root, os.path.relpath(path, task_root).split(os.sep))
            # A file with a version of Python has the complete description.
            if name not in found or target[2]:
                found[name] = describe_target(target)
    return found


def installed_names(task_root):
    """The import names that the records of installed distributions in a folder state, and whether the folder has records."""
    records = [folder for folder in os.listdir(task_root) if folder.endswith(".dist-info")]
    names = {folder.split("-")[0].lower() for folder in records}
    for folder in records:
        file = os.path.join(task_root, folder, "top_level.txt")
        if os.path.isfile(file):
            with open(file, encoding="utf-8") as opened:
                names.update(line.strip().lower() for line in opened)
    return names, len(records) > 0


def advice_for(name, task_root):
    """What makes a package with compiled code importable on this machine. Records do not state each import name."""
    names, has_records = installed_names(task_root)
    pip = f"{sys.executable} -m pip install"
    install = f"Install the package for this machine: {pip} -r functions/<model>/requirements.txt."
    build = f"Install the module's own source code for this machine: {pip} <folder with its pyproject.toml>."
    if name.split(".")[0].lower() in names:
        advice = install
    elif has_records:
        advice = f"If requirements.txt contains the package: {install} Otherwise: {build}"
    else:
        advice = build
    return f"{advice} The local stage and the tests then use the installed package."


class PackagesOfThisMachine:
    """A finder that takes foreign packages from this machine, and explains why a package that this machine lacks fails.

    The finder must be the first: the other finders would find the package's own code. If this machine lacks the package, its own
    code is imported: many packages work without their compiled part, e.g. PyYAML and MarkupSafe.
    """

    def __init__(self, task_root, foreign):
        self._task_root = task_root
        self._foreign = foreign

    def find_spec(self, name, path=None, target=None):
        unit = self._unit_of(name)
        if unit is None:
            return None
        folders = list(sys.path if path is None else path)
        others = [folder for folder in folders if not self._is_own(folder)]
        # A module of this machine's package.
        if len(others) == len(folders):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, others, target) if name == unit else None
        if spec is not None and spec.has_location:
            sys.stderr.write(
                f"{name}: this machine's package in place of the function's package, which is compiled for"
                f" {self._foreign[name]}\n"
            )
            return spec
        spec = importlib.machinery.PathFinder.find_spec(name, folders, target)
        if spec is None or not spec.has_location:
            return None
        for method in ("create_module", "exec_module"):
            setattr(spec.loader, method, self._explaining(getattr(spec.loader, method), unit))
        return spec

    def _unit_of(self, name):
        parts = name.split(".")
        names = (".".join(parts[:length]) for length in range(1, len(parts) + 1))
        return next((unit for unit in names if unit in self._foreign), None)

    def _is_own(self, folder):
        return folder == self._task_root or folder.startswith(self._task_root + os.sep)

    def _explaining(self, load, unit):
        def explained(*arguments):
            try:
                return load(*arguments)
            except (ImportError, OSError) as error:
                self._explain(error, unit)
                raise

        return explained

    def _explain(self, error, unit):
        """Adds the cause to an error. The error stays the same, so that code that expects it still catches it."""
        if isinstance(error, ImportError):
            # An error of a compiled file has the file's name without its packages.
            is_of_file = error.path is not None and re.search(COMPILED, error.path)
            is_other = error.name is not None and error.name.split(".")[0] != unit.split(".")[0]
            # Another package is missing.
            if is_other and not is_of_file and error.name not in self._foreign:
                return
        # ctypes raises an error without a number for a library that cannot be loaded.
        elif error.errno is not None:
            return
        cause = (
            f"{unit} in the function's package is compiled for {self._foreign[unit]}, and this machine has"
            f" {describe_target(this_machine())}. {advice_for(unit, self._task_root)}"
        )
        if cause in str(error):
            return
        text = f"{error}. {cause}"
        error.args = (text,)
        if isinstance(error, ImportError):
            error.msg = text
