"""The handler of breast-cancer in Python. It converts a row of 30 numbers to B or M."""

import json
import math
import os
import re

import boto3

ENDPOINT_NAME = os.environ["ENDPOINT_NAME"]
runtime = boto3.client("sagemaker-runtime")

FEATURES = 30
NUMBER = re.compile(r"[ \t]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[ \t]*", re.ASCII)


def lambda_handler(event, context):
    try:
        rows, is_batch = read_request(event)
    except ValueError as error:
        return respond(400, problem("Bad Request", 400, str(error), context), "application/problem+json")
    response = runtime.invoke_endpoint(
        EndpointName=ENDPOINT_NAME,
        ContentType="text/csv",
        Accept="application/json",
        Body="\n".join(rows),
    )
    predictions = json.loads(response["Body"].read().decode())["predictions"]
    if len(predictions) != len(rows):
        raise RuntimeError(f"sent {len(rows)} row(s), received {len(predictions)} prediction(s)")
    diagnoses = ["M" if is_malignant(prediction) else "B" for prediction in predictions]
    return respond(200, diagnoses if is_batch else diagnoses[0], "application/json")


def read_request(event):
    request = json.loads(event["body"] or "")
    if not isinstance(request, dict) or set(request) != {"data"}:
        raise ValueError('got another request; allowed: {"data": "<30 comma-separated numbers>"}, or a list of rows')
    data = request["data"]
    rows = data if isinstance(data, list) else [data]
    if not rows:
        raise ValueError("data: got an empty array; allowed: at least one row")
    for row in rows:
        cells = row.split(",") if isinstance(row, str) else []
        if len(cells) != FEATURES or not all(is_number(cell) for cell in cells):
            raise ValueError(f"data: got a row of another form; allowed: {FEATURES} comma-separated numbers")
    return rows, isinstance(data, list)


def is_number(cell):
    return NUMBER.fullmatch(cell) is not None and math.isfinite(float(cell))


def is_malignant(prediction):
    # The endpoint computes the label with the threshold of the training. int(score) would be 0 (benign) below 1.0.
    if "predicted_label" in prediction:
        return prediction["predicted_label"] == 1
    return prediction["score"] >= 0.5


def problem(title, status, detail, context):
    return {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "requestId": context.aws_request_id,
    }


def respond(status, body, content_type):
    return {
        "statusCode": status,
        "headers": {
            "Content-Type": content_type,
            "Access-Control-Allow-Origin": os.environ.get("CORS_ALLOW_ORIGIN", "*"),
        },
        "body": json.dumps(body),
    }
