"""The handler of my-model: it converts the query of a GET to the endpoint's request, and the answer to a response."""

import json
import os
import re
from collections import Counter
from http import HTTPStatus
from urllib.parse import parse_qsl

import boto3

ENDPOINT_NAME = os.environ["ENDPOINT_NAME"]
runtime = boto3.client("sagemaker-runtime")

PARAMETERS = ["q", "count"]
UNREADABLE = "The function could not read the model's answer. See the logs of the function and the endpoint."


def lambda_handler(event, context):
    # None without a query. Every value is a text, also a number.
    query = event.get("queryStringParameters") or {}
    # API Gateway checks only whether the query has q. The handler checks the other rules of route.json.
    faults = find_repeated(event) or find_faults(query)
    if faults:
        return respond_problem(event, 400, "; ".join(faults))
    # An error of the endpoint is an exception: Lambda writes it to the log, and the caller receives a 502.
    response = runtime.invoke_endpoint(
        EndpointName=ENDPOINT_NAME,
        ContentType="application/json",
        Accept="application/json",
        Body=json.dumps({"instances": [query["q"]], "configuration": {"k": int(query.get("count", "1"))}}),
    )
    try:
        answer = json.loads(response["Body"].read(), parse_constant=refuse_constant)
        return respond(event, 200, answer)
    except (ValueError, RecursionError):
        # No JSON, a number that JSON cannot contain, or too many lists inside each other.
        return respond_problem(event, 502, UNREADABLE)


def find_repeated(event):
    """Return the fault of a repeated parameter. Its value in queryStringParameters is not the value of one parameter."""
    # A function URL (payload 2.0) has the raw query, and a REST API (payload 1.0) has a list of values per parameter.
    times = Counter(name for name, _ in parse_qsl(event.get("rawQueryString") or "", keep_blank_values=True))
    for name, values in (event.get("multiValueQueryStringParameters") or {}).items():
        times[name] = len(values)
    for name, count in times.items():
        if count > 1:
            got = "twice" if count == 2 else f"{count} times"
            return [f"{cut(name)}: got the parameter {got}; allowed: once"]
    return []


def find_faults(query):
    """Return a text for each rule that the query breaks."""
    faults = []
    if "q" not in query:
        faults.append("q: got nothing; allowed: a string")
    elif query["q"] == "":
        faults.append('q: got ""; allowed: a text with a character')
    count = query.get("count", "1")
    if not re.fullmatch("[1-9][0-9]?", count):
        faults.append(f"count: got {quote(count)}; allowed: a whole number from 1 to 99")
    unknown = [name for name in query if name not in PARAMETERS]
    if unknown:
        noun = "property" if len(unknown) == 1 else "properties"
        names = ", ".join(quote(name) for name in unknown[:3])
        faults.append(f"request: got the unknown {noun} {names}; allowed: only the properties of this model's request")
    return faults


def quote(text):
    return json.dumps(cut(text), ensure_ascii=False)


def cut(text):
    return text if len(text) <= 40 else f"{text[:40]}…"


def refuse_constant(name):
    # Python reads NaN and Infinity, which are not JSON. The number 1e999 also becomes Infinity: respond refuses it.
    raise ValueError(name)


def respond_problem(event, status, detail):
    """Return a problem document (RFC 9457), as the handlers in TypeScript do."""
    title = HTTPStatus(status).phrase
    request_id = event["requestContext"]["requestId"]
    problem = {"type": "about:blank", "title": title, "status": status, "detail": detail, "requestId": request_id}
    return respond(event, status, problem)


def respond(event, status, body):
    headers = {"Content-Type": "application/json" if status == 200 else "application/problem+json"}
    # A function URL (payload 2.0) adds its own headers, and a browser refuses an answer that has a CORS header twice.
    if event.get("version") != "2.0":
        headers.update(cors_headers(event))
    return {"statusCode": status, "headers": headers, "body": json.dumps(body, allow_nan=False)}


def cors_headers(event):
    # One origin or *, or several origins separated by commas: then the answer names the origin of the request.
    allowed = os.environ["CORS_ALLOW_ORIGIN"].split(",")
    if len(allowed) == 1:
        return {"Access-Control-Allow-Origin": allowed[0]}
    sent = [value for name, value in (event.get("headers") or {}).items() if name.lower() == "origin"]
    named = {"Access-Control-Allow-Origin": sent[0]} if len(sent) == 1 and sent[0] in allowed else {}
    return {"Vary": "Origin", **named}
