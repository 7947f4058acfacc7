"""Invokes a handler with events, one after another, and writes each result as a line of JSON.

A result is `{"answer": …}` or `{"error": {"errorType": …, "errorMessage": …, "stackTrace": […]}}`. Arguments: the handler, the
folder of lambda_runtime.py, the allowed `host:port`, and three files: events (JSON lines), results, refused hosts.
"""

import json
import os
import sys
import time

handler_name, runtime_folder, allowed_host, events_file, results_file, refused_file = sys.argv[1:7]
sys.path.insert(1, runtime_folder)

from lambda_runtime import Context, describe, load_handler, prepare, to_json  # noqa: E402

TIME_IN_MS = 30_000


def refuse_other_hosts(event, args):
    """Refuses connections to other hosts. An audit hook also sees compiled code, and code that catches the error."""
    if event == "socket.connect":
        host = f"{args[1][0]}:{args[1][1]}" if isinstance(args[1], tuple) else str(args[1])
    elif event == "socket.getaddrinfo":
        host = f"{args[0]}:{args[1]}"
    elif event in ("socket.sendto", "socket.sendmsg") and args[1] is not None:
        host = str(args[1])
    else:
        return
    if host != allowed_host:
        with open(refused_file, "a", encoding="utf-8") as refused:
            refused.write(host + "\n")
        raise OSError(f"got a connection to {host}; allowed: {allowed_host}")


def invoke(handler, event):
    try:
        answer = handler(event, Context("id", "arn", time.time() * 1000 + TIME_IN_MS))
        # Parsed again, because an answer of bytes can contain line breaks, or no JSON.
        return json.dumps({"answer": json.loads(to_json(answer))})
    except Exception as error:
        return json.dumps({"error": describe(error)})


def main():
    prepare(os.environ["LAMBDA_TASK_ROOT"])
    handler = load_handler(handler_name)
    with open(events_file, encoding="utf-8") as events, open(results_file, "w", encoding="utf-8") as results:
        for event in events:
            results.write(invoke(handler, json.loads(event)) + "\n")


sys.addaudithook(refuse_other_hosts)
main()
