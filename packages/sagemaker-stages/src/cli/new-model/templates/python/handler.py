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
    # A function URL (payload 2.0) adds its own header, and a browser refuses an answer that has the header twice.
    if event.get("version") != "2.0":
        headers["Access-Control-Allow-Origin"] = os.environ["CORS_ALLOW_ORIGIN"]
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}
