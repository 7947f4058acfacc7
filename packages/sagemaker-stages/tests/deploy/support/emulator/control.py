"""A WSGI application in front of moto: it records operations, and holds operations back for a test.

GET  /emulator/operations     the operations in their order: [{"service", "operation", "region", "method", "path",
                              "byTerraform", "parameters", "status"}, …]
POST /emulator/hold           {"operations": ["sagemaker:CreateEndpoint", …], "executed": true | false}: holds these
                              operations before their execution, or their answers after their execution
GET  /emulator/held           ["sagemaker:CreateEndpoint", …]: the held operations
POST /emulator/refuse         refuses the held operations, and ends the hold
POST /emulator/faults         {"endpointUpdates": true | false}: whether updates of endpoints are rolled back
"""

import io
import json
import threading
import traceback
from collections import OrderedDict

from patches import answer_api_gateway_tags, answer_headers_policies
from operations import UnknownOperation, name_operation


# More than the number of concurrent requests.
MAX_ANSWERS_KEPT = 1000


class Control:
    def __init__(self, application, faults):
        self.application = application
        self.faults = faults
        self.answers = OrderedDict()
        self.operations = []
        self.holding = set()
        self.executes_held = False
        self.held = []
        self.generation = 0
        self.changed = threading.Condition()
        self.executing = threading.Lock()

    def __call__(self, environ, start_response):
        body = read_body(environ)
        path = environ["PATH_INFO"]
        if path.startswith("/emulator/"):
            return self.answer(path.removeprefix("/emulator/"), body, start_response)
        try:
            operation = name_operation(environ, body)
        except UnknownOperation as error:
            operation = {"service": "unknown", "operation": str(error), "region": "", "method": "", "path": path, "byTerraform": True, "parameters": {}}
        with self.changed:
            # On a busy machine, a client can miss an answer and send the request again, with the same id. The second request
            # is not executed, so it is not another operation.
            if environ.get("HTTP_AMZ_SDK_INVOCATION_ID") not in self.answers:
                self.operations.append(operation)
        name = f"{operation['service']}:{operation['operation']}"
        if not self.executes_held and not self.may_pass(name):
            operation["status"] = 0
            return refuse(start_response)

        def remember(status, headers, exc_info=None):
            operation["status"] = int(status.split(" ")[0])
            return start_response(status, headers, exc_info)

        answer = self.execute_once(operation, environ, body, remember)
        self.may_pass(name)
        return answer

    def execute_once(self, operation, environ, body, start_response):
        """Executes a request once. A client retries a request without an answer with the same id. AWS recognizes most retries;
        moto would, for example, add the same permission twice.

        Requests are executed one after the other: moto reads its own collections while another thread changes them, e.g.
        ListObjectVersions fails while an object is deleted. The lock also makes a retry wait for the first request."""
        attempt = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        with self.executing:
            known = self.answers.get(attempt)
            if known is not None:
                status, headers, content = known
                start_response(status, headers)
                return [content]
            begun = []

            def remember(status, headers, exc_info=None):
                begun[:] = [status, headers]
                return start_response(status, headers, exc_info)

            answer = self.execute(operation, environ, body, remember)
            content = b"".join(answer)
            if hasattr(answer, "close"):
                answer.close()
            # A retry of a failed request can succeed.
            if attempt is not None and begun and begun[0].startswith("2"):
                with self.changed:
                    self.answers[attempt] = (*begun, content)
                    if len(self.answers) > MAX_ANSWERS_KEPT:
                        self.answers.popitem(last=False)
        return [content]

    def execute(self, operation, environ, body, start_response):
        try:
            if operation["operation"].endswith("ResponseHeadersPolicy"):
                return answer_headers_policies(operation, body, start_response)
            if operation["service"] == "apigateway" and operation["operation"] in ("TagResource", "UntagResource"):
                return answer_api_gateway_tags(operation, body, environ, start_response)
            return self.application(environ, start_response)
        except Exception:
            # Terraform retries a request with the status 500 for minutes.
            traceback.print_exc()
            return respond(start_response, 400, {"message": f"the emulator failed in {operation['operation']}"})

    def may_pass(self, name):
        """Waits while the operation is held. False if the operation is refused afterwards."""
        with self.changed:
            if name not in self.holding:
                return True
            generation = self.generation
            self.held.append(name)
            self.changed.wait_for(lambda: self.generation != generation)
            return False

    def answer(self, path, body, start_response):
        settings = json.loads(body or b"{}")
        with self.changed:
            if path == "operations":
                return respond(start_response, 200, self.operations)
            if path == "held":
                return respond(start_response, 200, self.held)
            if path == "hold":
                self.holding, self.executes_held = set(settings["operations"]), settings["executed"]
            elif path == "refuse":
                self.holding, self.held = set(), []
                self.generation += 1
                self.changed.notify_all()
            elif path == "faults":
                self.faults.endpoint_updates = settings["endpointUpdates"]
            else:
                return respond(start_response, 404, {"message": f"got the path {path}; allowed: the paths in control.py"})
        return respond(start_response, 200, {})


def read_body(environ):
    """Reads the body, and puts it back for the next reader."""
    if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
        body = environ["wsgi.input"].read()
    else:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def refuse(start_response):
    # No AWS SDK retries a request with this answer.
    return respond(start_response, 403, {"message": "refused by the test"})


def respond(start_response, status, content, content_type="application/json", headers=()):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    start_response(
        f"{status} -", [("Content-Type", content_type), ("Content-Length", str(len(body))), *headers]
    )
    return [body]
