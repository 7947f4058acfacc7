"""Starts emulators of AWS accounts, each a process with moto_server 5.2.1.

Prints one line of JSON, {"port": <number>}: the port of the launcher on 127.0.0.1. Ends when the standard input ends.

A test connects to the launcher and sends one line of JSON, {"accountId": "<12 digits>"}. The launcher forks: the new
process emulates an empty account until the test closes the connection. The new process answers with one line of JSON,
{"port": <number>}, the port of the emulator on 127.0.0.1, and then writes its standard error to the connection.
Every emulator begins as a copy of the launcher, which has loaded and patched moto and has not served a request. The
imports take most of the start of an emulator, so they run once instead of once for each account.

patches.py changes these parts of moto, because AWS behaves differently. The product does not adapt to the emulator.

API Gateway
- The import of OpenAPI requires `uri` and `httpMethod`, which a MOCK integration does not have.
- The import of OpenAPI loses the authorization of methods (`security`) and the gateway responses.
- The import of OpenAPI loses the binary media types.
- An update of an API cannot enable its default address again: the text "false" is true.
- Tags of APIs, keys and usage plans cannot be changed.
- An update of a usage plan loses the limits of methods, cannot remove a stage with such limits, and answers with texts in
  place of the numbers of a quota.
CloudWatch
- An alarm that a composite alarm names can be deleted. AWS refuses the deletion.
- PutCompositeAlarm does not exist.
ACM
- A certificate is issued after a minute.
Route 53
- The hosted zones of the examples do not exist.
- A deleted record cannot be created again while the hosted zone has other records.
Cognito
- The roles of an identity pool, SetIdentityPoolRoles and GetIdentityPoolRoles, do not exist.
- An identity pool loses AllowClassicFlow.
- Tags of user pools and identity pools cannot be changed or listed.
- An update of a user pool loses the attributes of the users' names, and the tags.
SageMaker
- UpdateEndpoint does not exist. AWS refuses to change an asynchronous endpoint to real-time requests.
- A second model, configuration or endpoint with the same name overwrites the first. AWS refuses the second.
- Some instance types are unknown, e.g. ml.g5.xlarge.
- A model loses its InferenceExecutionConfig and its EnableNetworkIsolation.
- A model has an empty VpcConfig, and a configuration an empty DataCaptureConfig. AWS omits both. A model's VpcConfig
  and an endpoint's DeploymentConfig are lost.
- An endpoint does not name its images (DeployedImages).
IAM
- A role accepts a permissions boundary that does not exist. AWS refuses it.
S3
- Conditions of a bucket policy are ignored: a policy that denies plain HTTP denies every request.
- CopyObject ignores the expected ETag of the source.
Lambda
- LoggingConfig is lost.
CloudFront
- Response headers policies do not exist.
- A distribution's ARN lacks a colon. A distribution loses its origin's access control, and has ForwardedValues and an
  SSL support method that the request did not contain. A distribution with a certificate also has CloudFront's default
  certificate.
Application Auto Scaling
- The provisioned concurrency of endpoints is not a scalable dimension.
- Targets have no tags.
Budgets
- UpdateBudget, DescribeSubscribersForNotification and tags do not exist.
- The period of a budget begins at the local midnight. AWS begins at midnight in UTC.
EC2
- A rule of a security group loses its description if the rule's target is a group or a prefix list.

control.py adds requests below /emulator/, with which a test holds operations, injects faults, and reads the executed
operations.
"""

import json
import os
import select
import signal
import socket
import sys
import threading
import traceback

import patches
from control import Control
from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    create_backend_app,
)
from operations import model_of
from werkzeug.serving import WSGIRequestHandler, make_server

HOST = "127.0.0.1"

# The services of the tests' environments, by their names in signatures. Another service is loaded by its first request.
SERVICES = [
    "acm",
    "apigateway",
    "application-autoscaling",
    "budgets",
    "cloudfront",
    "cognito-identity",
    "cognito-idp",
    "ec2",
    "iam",
    "lambda",
    "logs",
    "monitoring",
    "route53",
    "s3",
    "sagemaker",
    "sns",
    "sts",
]


class Quiet(WSGIRequestHandler):
    """Writes no log, because control.py records the requests."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code="-", size="-"):
        pass


def main():
    faults = patches.Faults()
    patches.apply_patches(faults)
    application = DomainDispatcherApplication(create_backend_app)
    for service in SERVICES:
        model_of(service)
        signature = f"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, Signature=none"
        application.get_application({"PATH_INFO": "/", "HTTP_HOST": HOST, "HTTP_AUTHORIZATION": signature})

    # The kernel removes ended emulators.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.create_server((HOST, 0))
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
    for connection in connections(listener):
        # Until here, the launcher has one thread: a fork copies only the thread that forks.
        if os.fork() == 0:
            listener.close()
            try:
                emulate(connection, application, faults)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        connection.close()


def connections(listener):
    """Yields the connections of tests until the standard input ends."""
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        connection, _ = listener.accept()
        yield connection


def emulate(connection, application, faults):
    """Emulates an account until the test closes the connection."""
    lines = connection.makefile("r")
    account_id = json.loads(lines.readline())["accountId"]
    # The launcher ends when its standard input ends, and its standard output is for the launcher's port alone.
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, sys.stdin.fileno())
    os.dup2(null, sys.stdout.fileno())
    os.dup2(connection.fileno(), sys.stderr.fileno())
    # moto reads the account for each request.
    os.environ["MOTO_ACCOUNT_ID"] = account_id
    # Without a new seed, every emulator would generate the same ids.
    mock_random.seed()
    server = make_server(HOST, 0, Control(application, faults), threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    connection.sendall(json.dumps({"port": server.server_port}).encode() + b"\n")
    lines.read()


if __name__ == "__main__":
    main()
