"""Starts moto_server 5.2.1 for the tests of deployments, on a free port of 127.0.0.1.

Prints one line of JSON, {"port": <number>}, when the server accepts requests. Ends when the standard input ends.

patches.py changes these parts of moto, because AWS behaves differently. The product does not adapt to the emulator.

API Gateway
- The import of OpenAPI requires `uri` and `httpMethod`, which a MOCK integration does not have.
- The import of OpenAPI loses the authorization of methods (`security`) and the gateway responses.
- The import of OpenAPI loses the binary media types.
- Tags of APIs, keys and usage plans cannot be changed.
SageMaker
- UpdateEndpoint does not exist.
- A second model, configuration or endpoint with the same name overwrites the first. AWS refuses the second.
- Some instance types are unknown, e.g. ml.g5.xlarge.
- A model loses its InferenceExecutionConfig and its EnableNetworkIsolation.
- A model has an empty VpcConfig, and a configuration an empty DataCaptureConfig. AWS omits both. A model's VpcConfig
  and an endpoint's DeploymentConfig are lost.
IAM
- A role accepts a permissions boundary that does not exist. AWS refuses it.
S3
- Conditions of a bucket policy are ignored: a policy that denies plain HTTP denies every request.
Lambda
- LoggingConfig is lost.
CloudFront
- Response headers policies do not exist.
- A distribution's ARN lacks a colon. A distribution loses its origin's access control, and has ForwardedValues and an
  SSL support method that the request did not contain.
Application Auto Scaling
- The provisioned concurrency of endpoints is not a scalable dimension.
- Targets have no tags.
EC2
- A rule of a security group loses its description if the rule's target is a group or a prefix list.

control.py adds requests below /emulator/, with which a test holds operations, injects faults, and reads the executed
operations.
"""

import json
import os
import sys
import threading

# moto reads the environment during its import.
os.environ.setdefault("MOTO_ACCOUNT_ID", "123456789012")

import patches
from control import Control
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    create_backend_app,
)
from werkzeug.serving import WSGIRequestHandler, make_server

HOST = "127.0.0.1"


class Quiet(WSGIRequestHandler):
    """Writes no log, because control.py records the requests."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code="-", size="-"):
        pass


def main():
    faults = patches.Faults()
    patches.apply_patches(faults)
    application = Control(DomainDispatcherApplication(create_backend_app), faults)
    server = make_server(HOST, 0, application, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"port": server.server_port}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
