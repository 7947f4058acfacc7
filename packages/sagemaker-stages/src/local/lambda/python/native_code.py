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


def foreign_packages(task_root):
    """The packages at the top of a folder that contain code for another machine, with the description of its target."""
    machine = this_machine()
    found = {}
    for folder, _, files in os.walk(task_root):
        for file in files:
            if not re.search(r"\.so(\.\d+)*$", file):
                continue
            path = os.path.join(folder, file)
            target = target_of(path)
            if target is None or is_loadable(target, machine):
                continue
            top = os.path.relpath(path, task_root).split(os.sep)
            name = top[0] if len(top) > 1 else top[0].split(".")[0]
            # A file with a version of Python has the complete description.
            if name not in found or target[2]:
                found[name] = describe_target(target)
    return found


class PackagesOfThisMachine:
    """A finder that takes foreign packages from this machine, and explains the installation of a missing package.

    The finder must be the first: the other finders would find the package's own code, which fails in the middle of its import.
    """

    def __init__(self, task_root, foreign):
        self._task_root = task_root
        self._foreign = foreign

    def find_spec(self, name, path=None, target=None):
        if path is not None or name not in self._foreign:
            return None
        folders = [folder for folder in sys.path if folder != self._task_root]
        spec = importlib.machinery.PathFinder.find_spec(name, folders, target)
        if spec is not None:
            sys.stderr.write(
                f"{name}: this machine's package in place of the function's package, which is compiled for"
                f" {self._foreign[name]}\n"
            )
            return spec
        raise ModuleNotFoundError(
            f"{name} in the function's package is compiled for {self._foreign[name]}, and this machine has"
            f" {describe_target(this_machine())}. Install the package for this machine: {sys.executable} -m pip install"
            " -r functions/<model>/requirements.txt. The local stage and the tests then use the installed package.",
            name=name,
        )
