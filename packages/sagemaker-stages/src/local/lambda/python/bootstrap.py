"""Runs in the child process: Lambda's runtime for Python, over a channel of JSON lines instead of the Runtime API.

protocol.ts defines the messages. The channel is the file descriptor 3.
"""

import json
import os
import resource
import signal
import socket
import sys

from lambda_runtime import Context, describe, load_handler, prepare, to_json

CHANNEL = 3

# In addition to the handler's memory: thread stacks, and reserved but unused memory.
OVERHEAD_IN_BYTES = 64 * 1024 * 1024


def memory_limit_in_bytes():
    return int(os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")) * 1024 * 1024


def limit_memory():
    """Makes a large allocation fail. Only Linux supports the limit: Linux counts private memory, macOS does not."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    limit = memory_limit_in_bytes() + OVERHEAD_IN_BYTES
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    except (OSError, ValueError):
        pass


def memory_in_bytes():
    """The resident memory of this process."""
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * resource.getpagesize()
    except OSError:
        # No /proc: on macOS, the value is in bytes.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class Channel:
    def __init__(self):
        self.connection = socket.socket(fileno=CHANNEL)
        # Child processes of the handler must not get the channel.
        self.connection.set_inheritable(False)
        self.lines = self.connection.makefile("rb")

    def send(self, message):
        # Escaped, so that a lone surrogate in an answer cannot cause an encoding error.
        self.connection.sendall(json.dumps(message).encode("ascii") + b"\n")


def invoke(handler, message):
    context = Context(message["requestId"], message["functionArn"], message["deadline"])
    try:
        return {"payload": to_json(handler(json.loads(message["payload"]), context))}
    except MemoryError:
        # On Lambda, the process ends.
        return {"payload": "null", "memoryInBytes": memory_limit_in_bytes() + 1}
    except Exception as error:
        return {"error": describe(error)}


def main():
    # Ctrl-C in a terminal reaches this process, too, but the stage ends its functions itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = Channel()
    limit_memory()
    prepare(os.environ["LAMBDA_TASK_ROOT"])
    try:
        handler = load_handler(os.environ["_HANDLER"])
    except Exception as error:
        channel.send({"kind": "ready", "error": describe(error)})
        return
    channel.send({"kind": "ready"})
    for line in channel.lines:
        result = invoke(handler, json.loads(line))
        sys.stdout.flush()
        channel.send({"kind": "done", "memoryInBytes": memory_in_bytes(), **result})


main()
