"""The handler of bike-rental in Python. It converts observations of hours to counts of rented bikes."""

import json
import math
import os
import re
from datetime import datetime

import boto3

ENDPOINT_NAME = os.environ["ENDPOINT_NAME"]
runtime = boto3.client("sagemaker-runtime")

DATETIME = re.compile(r"(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2}):(\d{2})", re.ASCII)
NUMBERS = 8


def lambda_handler(event, context):
    try:
        lines = [encode(features) for features in read_request(event)]
    except ValueError as error:
        return respond(400, problem("Bad Request", 400, str(error), context), "application/problem+json")
    response = runtime.invoke_endpoint(
        EndpointName=ENDPOINT_NAME, ContentType="text/csv", Accept="text/csv", Body="\n".join(lines)
    )
    logarithms = re.split(r"\s*[,\n]\s*", response["Body"].read().decode().strip())
    if len(logarithms) != len(lines):
        raise RuntimeError(f"sent {len(lines)} row(s), received {len(logarithms)} prediction(s)")
    return respond(200, [math.expm1(float(each)) for each in logarithms], "application/json")


def read_request(event):
    request = json.loads(event["body"] or "")
    if not isinstance(request, dict) or set(request) != {"instances"} or not isinstance(request["instances"], list):
        raise ValueError('got another request; allowed: {"instances": [{"features": ["YYYY-MM-DD HH:MM:SS", <8 numbers>]}]}')
    if not request["instances"]:
        raise ValueError("instances: got an empty array; allowed: at least one instance")
    return [read_instance(instance) for instance in request["instances"]]


def read_instance(instance):
    if not isinstance(instance, dict) or set(instance) != {"features"} or not isinstance(instance["features"], list):
        raise ValueError('got another instance; allowed: {"features": ["YYYY-MM-DD HH:MM:SS", <8 numbers>]}')
    return instance["features"]


def encode(features):
    moment, *numbers = features if features else [None]
    if len(numbers) != NUMBERS or not all(is_number(number) for number in numbers):
        raise ValueError("features: got another list; allowed: a datetime and 8 numbers")
    match = DATETIME.fullmatch(moment) if isinstance(moment, str) else None
    if match is None:
        raise ValueError("features: got another datetime; allowed: YYYY-MM-DD HH:MM:SS, without a time zone")
    # Raises ValueError for an invalid date, e.g. 30 February.
    at = datetime(*map(int, match.groups()))
    return ",".join(str(each) for each in [*numbers, at.year, at.month, at.day, at.weekday(), at.hour])


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


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
