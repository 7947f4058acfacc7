"""Stands before the emulator: tells what was asked for, and holds back what it is told to.

GET  /emulator/operations     what was asked for, in order: [{"service", "operation", "region",
                              "method", "path", "byTerraform", "parameters", "status"}, …]
POST /emulator/hold           {"operations": ["sagemaker:CreateEndpoint", …], "executed": true | false}: from now on
                              these wait, or, once they are executed, their answers do
GET  /emulator/held           ["sagemaker:CreateEndpoint", …]: those that wait
POST /emulator/refuse         refuses those that wait, and holds nothing any more
POST /emulator/faults         {"endpointUpdates": true | false}: updates of endpoints are rolled back
"""

import io
import json
import threading
import traceback
from collections import OrderedDict

from mends import answer_api_gateway_tags, answer_headers_policies
from operations import UnknownOperation, name_operation


# More than can be under way at once.
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

    def __call__(self, environ, start_response):
        body = read_body(environ)
        path = environ["PATH_INFO"]
        if path.startswith("/emulator/"):
            return self.answer(path.removeprefix("/emulator/"), body, start_response)
        try:
            asked = name_operation(environ, body)
        except UnknownOperation as error:
            asked = {"service": "unknown", "operation": str(error), "region": "", "method": "", "path": path, "byTerraform": True, "parameters": {}}
        with self.changed:
            self.operations.append(asked)
        name = f"{asked['service']}:{asked['operation']}"
        if not self.executes_held and not self.may_pass(name):
            asked["status"] = 0
            return refuse(start_response)

        def remember(status, headers, exc_info=None):
            asked["status"] = int(status.split(" ")[0])
            return start_response(status, headers, exc_info)

        answer = self.execute_once(asked, environ, body, remember)
        self.may_pass(name)
        return answer

    def execute_once(self, asked, environ, body, start_response):
        """A client repeats a request whose answer got lost, under the same id. AWS recognizes most of these; moto would
        add the same permission twice."""
        attempt = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        with self.changed:
            known = self.answers.get(attempt)
        if known is not None:
            status, headers, content = known
            start_response(status, headers)
            return [content]
        begun = []

        def remember(status, headers, exc_info=None):
            begun[:] = [status, headers]
            return start_response(status, headers, exc_info)

        answer = self.execute(asked, environ, body, remember)
        content = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        # What failed can succeed when it is asked for again.
        if attempt is not None and begun and begun[0].startswith("2"):
            with self.changed:
                self.answers[attempt] = (*begun, content)
                if len(self.answers) > MAX_ANSWERS_KEPT:
                    self.answers.popitem(last=False)
        return [content]

    def execute(self, asked, environ, body, start_response):
        try:
            if asked["operation"].endswith("ResponseHeadersPolicy"):
                return answer_headers_policies(asked, body, start_response)
            if asked["service"] == "apigateway" and asked["operation"] in ("TagResource", "UntagResource"):
                return answer_api_gateway_tags(asked, body, environ, start_response)
            return self.application(environ, start_response)
        except Exception:
            # As a 500, Terraform would ask again for minutes.
            traceback.print_exc()
            return respond(start_response, 400, {"message": f"the emulator failed in {asked['operation']}"})

    def may_pass(self, name):
        """Waits where the operation is held; False where it is then refused."""
        with self.changed:
            if name not in self.holding:
                return True
            generation = self.generation
            self.held.append(name)
            self.changed.wait_for(lambda: self.generation != generation)
            return False

    def answer(self, what, body, start_response):
        told = json.loads(body or b"{}")
        with self.changed:
            if what == "operations":
                return respond(start_response, 200, self.operations)
            if what == "held":
                return respond(start_response, 200, self.held)
            if what == "hold":
                self.holding, self.executes_held = set(told["operations"]), told["executed"]
            elif what == "refuse":
                self.holding, self.held = set(), []
                self.generation += 1
                self.changed.notify_all()
            elif what == "faults":
                self.faults.endpoint_updates = told["endpointUpdates"]
            else:
                return respond(start_response, 404, {"message": f"no {what} here"})
        return respond(start_response, 200, {})


def read_body(environ):
    """Read, and put back for who comes next."""
    if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
        body = environ["wsgi.input"].read()
    else:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def refuse(start_response):
    # No AWS SDK repeats a request that was refused so.
    return respond(start_response, 403, {"message": "refused by the test"})


def respond(start_response, status, content, content_type="application/json", headers=()):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    start_response(
        f"{status} -", [("Content-Type", content_type), ("Content-Length", str(len(body))), *headers]
    )
    return [body]
