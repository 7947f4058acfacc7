"""Lambda's runtime for Python: loads a handler, and makes context, errors and logs.

Written against https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html, python-context.html, python-logging.html
and python-exceptions.html.
"""

import importlib
import importlib.machinery
import json
import logging
import math
import os
import re
import secrets
import sys
import time
import traceback
from decimal import Decimal

from native_code import PackagesOfThisMachine, foreign_packages
from read_only import make_read_only

# Import names of the packages that Lambda's runtime contains in addition to the standard library.
RUNTIME_PACKAGES = {"boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"}


class HandlerError(Exception):
    """A handler cannot be loaded, or its answer cannot be sent. Has Lambda's name of the error."""

    def __init__(self, error_type, message):
        super().__init__(message)
        self.error_type = error_type


class RuntimeModules:
    """A finder that hides the packages that this machine has and Lambda's runtime lacks."""

    def __init__(self, finder, task_root):
        self._finder = finder
        self._task_root = task_root

    def __getattr__(self, name):
        return getattr(self._finder, name)

    def find_spec(self, name, path=None, target=None):
        return self._finder.find_spec(name, path, target) if self._has(name, path) else None

    def _has(self, name, path):
        # A module in a package that this finder has found.
        if path is not None:
            return True
        return (
            name in sys.stdlib_module_names
            or name in RUNTIME_PACKAGES
            or importlib.machinery.PathFinder.find_spec(name, [self._task_root]) is not None
        )


class Context:
    """https://docs.aws.amazon.com/lambda/latest/dg/python-context.html"""

    def __init__(self, request_id, function_arn, deadline_in_ms):
        self.aws_request_id = request_id
        self.invoked_function_arn = function_arn
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.identity = None
        self.client_context = None
        self._deadline_in_ms = deadline_in_ms

    def get_remaining_time_in_millis(self):
        return max(0, int(self._deadline_in_ms - time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))


class JsonFormatter(logging.Formatter):
    """One line of JSON per record, as with the log format JSON."""

    def format(self, record):
        line = {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
        }
        if record.exc_info:
            line["stackTrace"] = traceback.format_exception(*record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def prepare(task_root):
    """Sets up the process as Lambda does: packages, module path, read-only folder and logging."""
    sys.path[0] = task_root
    sys.meta_path[:] = [
        PackagesOfThisMachine(task_root, foreign_packages(task_root)),
        *(RuntimeModules(finder, task_root) for finder in sys.meta_path),
    ]
    make_read_only(task_root)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)
    # Otherwise botocore logs the source of the credentials, which are not real, at every cold start.
    logging.getLogger("botocore").setLevel(logging.WARNING)


def load_handler(name):
    """Loads the function with the name `<module>.<function>`."""
    module_name, _, function_name = name.rpartition(".")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except SyntaxError as error:
        raise HandlerError(
            "Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}"
        ) from error
    except ImportError as error:
        raise HandlerError(
            "Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}"
        ) from error
    handler = getattr(module, function_name, None)
    if not callable(handler):
        raise HandlerError(
            "Runtime.HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'"
        )
    return handler


# Runtimes that do not escape characters beyond ASCII.
UNESCAPED = {"AWS_Lambda_python3.12", "AWS_Lambda_python3.13"}


def to_plain(value, prefix):
    """Converts values that only Lambda's encoder (simplejson) supports to values that json supports.

    A decimal becomes a text that starts with the prefix, because json cannot write its digits as a number.
    """
    if isinstance(value, Decimal):
        return math.nan if value.is_nan() else f"{prefix}{value}"
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, dict):
        return {
            key.decode("utf-8") if isinstance(key, bytes) else key: to_plain(each, prefix)
            for key, each in value.items()
        }
    if not isinstance(value, type) and callable(getattr(value, "_asdict", None)):
        return to_plain(value._asdict(), prefix)
    if isinstance(value, (list, tuple)):
        return [to_plain(each, prefix) for each in value]
    return value


def to_json(answer):
    """The answer in the form in which Lambda sends it.

    Written against https://github.com/aws/aws-lambda-python-runtime-interface-client, lambda_runtime_marshaller.py: decimals
    are numbers, named tuples are objects, bytes in an answer are text, and an answer of bytes is sent unchanged.
    """
    prefix = secrets.token_hex(16)
    is_escaped = os.environ.get("AWS_EXECUTION_ENV") not in UNESCAPED
    try:
        if isinstance(answer, bytes):
            return answer.decode("utf-8")
        text = json.dumps(to_plain(answer, prefix), ensure_ascii=is_escaped, allow_nan=False)
        return re.sub(f'"{prefix}([^"]*)"', r"\1", text)
    except (TypeError, ValueError, RecursionError) as error:
        raise HandlerError("Runtime.MarshalError", f"Unable to marshal response: {error}") from error


def describe(error):
    """An error in the form of Lambda's answer, with the frames of the handler."""
    task_root = os.environ.get("LAMBDA_TASK_ROOT", "")
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(task_root)
    ]
    return {
        "errorType": getattr(error, "error_type", type(error).__name__),
        "errorMessage": str(error),
        "stackTrace": [
            line.replace(task_root + os.sep, "") for line in traceback.format_list(frames)
        ],
    }
