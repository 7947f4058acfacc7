"""Refuses to write below a folder, as the read-only file system of Lambda does below /var/task.

File modes alone are not enough: root can write to every file. An audit hook also applies to root. Compiled code and
child processes of a handler open files without an event: only file modes apply to them.
"""

import errno
import os
import sys

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

# The positions of paths and of their folders' descriptors in the arguments of an event
# (https://docs.python.org/3/library/audit_events.html).
CREATING = {"os.link": [(1, 3)], "os.mkdir": [(0, 2)], "os.symlink": [(1, 2)]}
CHANGING = {
    "os.chmod": [(0, 2)],
    "os.chown": [(0, 3)],
    "os.remove": [(0, 1)],
    "os.rename": [(0, 2), (1, 3)],
    "os.rmdir": [(0, 1)],
    "os.truncate": [(0, None)],
    "os.utime": [(0, 3)],
}


def resolve(path, folder=None):
    """The path without symbolic links, except in its last part; None for a descriptor of an open file."""
    if not isinstance(path, (str, bytes, os.PathLike)):
        return None
    path = os.fsdecode(path)
    if isinstance(folder, int) and folder >= 0:
        path = os.path.join(f"/proc/self/fd/{folder}", path)
    parent, name = os.path.split(path)
    return os.path.join(os.path.realpath(parent), name) if name not in ("", ".", "..") else os.path.realpath(path)


def written_paths(event, args):
    """The paths that an event would change. The system refuses the other events, e.g. to remove a missing file."""
    if event == "open":
        path = resolve(args[0])
        flags = args[2] or 0
        return [path] if path and flags & WRITING and (flags & os.O_CREAT or os.path.lexists(path)) else []
    if event in CREATING:
        paths = [resolve(args[path], args[folder]) for path, folder in CREATING[event]]
        return [path for path in paths if path and not os.path.lexists(path)]
    if event == "os.rename" and not os.path.lexists(resolve(args[0], args[2])):
        return []
    paths = [
        resolve(args[path], None if folder is None else args[folder]) for path, folder in CHANGING.get(event, [])
    ]
    return [path for path in paths if path and (event == "os.rename" or os.path.lexists(path))]


def make_read_only(folder):
    """Prevents the process from writing below a folder."""
    root = os.path.realpath(folder)

    def refuse(event, args):
        if event != "open" and event not in CREATING and event not in CHANGING:
            return
        for path in written_paths(event, args):
            if (path == root or path.startswith(root + os.sep)) and os.path.isdir(os.path.dirname(path)):
                raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)

    sys.addaudithook(refuse)
