"""Starts moto_server 5.2.1 for the tests of deployments, on a free port of 127.0.0.1.

Prints one line of JSON, {"port": <number>}, when it takes requests, and ends when its standard input does.

What is mended of the emulator, because AWS does otherwise. Nothing of the product bends to it:

API Gateway
- OpenAPI import asks for `uri` and `httpMethod`, which a MOCK integration has not.
- OpenAPI import forgets who may call a method (`security`) and what the gateway itself answers.
- OpenAPI import forgets the binary media types.
- Tags of APIs, keys and usage plans cannot be changed.
SageMaker
- There is no UpdateEndpoint.
- A second model, configuration or endpoint of a name overwrites the first; AWS refuses it.
- Some of SageMaker's instance types are unknown, e.g. ml.g5.xlarge.
- A model forgets its InferenceExecutionConfig and its EnableNetworkIsolation.
- A model has an empty VpcConfig, a configuration an empty DataCaptureConfig, where AWS says nothing; a model's own
  VpcConfig and an endpoint's DeploymentConfig are forgotten.
IAM
- A role takes a permissions boundary that is not there; AWS refuses it.
S3
- The conditions of a bucket's policy are not read: one that refuses plain HTTP refuses everything.
Lambda
- LoggingConfig is forgotten.
CloudFront
- There are no response headers policies.
- A distribution's ARN lacks a colon. It forgets its origin's access control, and has ForwardedValues and an SSL
  support method that nobody asked for.

Application Auto Scaling
- Endpoints' provisioned concurrency is no dimension.
- Targets have no tags.
EC2
- A security group's rule forgets its description, unless it is for addresses.

What the tests make it do, by requests below /emulator/ (see control.py): hold operations back, fail updates of
endpoints, and tell every operation that was asked for.
"""

import json
import os
import sys
import threading

# Before moto is imported: it reads the environment then.
os.environ.setdefault("MOTO_ACCOUNT_ID", "123456789012")

import mends
from control import Control
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    create_backend_app,
)
from werkzeug.serving import WSGIRequestHandler, make_server

HOST = "127.0.0.1"


class Quiet(WSGIRequestHandler):
    """Requests are told by the control, not on standard error."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code="-", size="-"):
        pass


def main():
    faults = mends.Faults()
    mends.mend(faults)
    application = Control(DomainDispatcherApplication(create_backend_app), faults)
    server = make_server(HOST, 0, application, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"port": server.server_port}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
