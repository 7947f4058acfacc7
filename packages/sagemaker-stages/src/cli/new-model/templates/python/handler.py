"""The handler of my-model: it converts API Gateway's event to the endpoint's request, and the answer to a response."""

import base64
import json
import os

import boto3

ENDPOINT_NAME = os.environ["ENDPOINT_NAME"]
runtime = boto3.client("sagemaker-runtime")

FEATURES = 4


def lambda_handler(event, context):
    # API Gateway has validated the structure with route.json. The handler checks the number of features.
    body = event["body"] or "null"
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body)
    row = json.loads(body)["row"]
    if len(row) != FEATURES:
        return respond(event, 400, {"detail": f"row: got {len(row)} numbers; allowed: {FEATURES} numbers"})
    response = runtime.invoke_endpoint(
        EndpointName=ENDPOINT_NAME,
        ContentType="text/csv",
        Body=",".join(str(number) for number in row),
    )
    return respond(event, 200, {"prediction": response["Body"].read().decode().strip()})


def respond(event, status, body):
    headers = {"Content-Type": "application/json" if status == 200 else "application/problem+json"}
    # A function URL (payload 2.0) adds its own headers, and a browser refuses an answer that has a CORS header twice.
    if event.get("version") != "2.0":
        headers.update(cors_headers(event))
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}


def cors_headers(event):
    # One origin or *, or several origins separated by commas: then the answer names the origin of the request.
    allowed = os.environ["CORS_ALLOW_ORIGIN"].split(",")
    if len(allowed) == 1:
        return {"Access-Control-Allow-Origin": allowed[0]}
    sent = [value for name, value in (event.get("headers") or {}).items() if name.lower() == "origin"]
    named = {"Access-Control-Allow-Origin": sent[0]} if len(sent) == 1 and sent[0] in allowed else {}
    return {"Vary": "Origin", **named}
