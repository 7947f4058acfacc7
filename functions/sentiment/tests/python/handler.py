"""The handler of sentiment in Python. It converts a review to word counts, and a probability to a sentiment."""

import json
import os
import re
from pathlib import Path

import boto3

ENDPOINT_NAME = os.environ["ENDPOINT_NAME"]
runtime = boto3.client("sagemaker-runtime")

VOCABULARY = json.loads((Path(__file__).parent / "vocabulary.json").read_text(encoding="utf-8"))

NO_SPACE = re.compile(r"[.;:!'?,\"()\[\]]")
SPACE = re.compile(r"(<br\s*/><br\s*/>)|(\-)|(\/)")

# White space of JavaScript, so that the page and the handler in TypeScript refuse the same empty reviews.
WHITE_SPACE = "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"


def lambda_handler(event, context):
    try:
        review, is_text = read_request(event)
    except ValueError as error:
        return respond(
            400, json.dumps(problem("Bad Request", 400, str(error), context)), "application/problem+json"
        )
    response = runtime.invoke_endpoint(
        EndpointName=ENDPOINT_NAME,
        ContentType="text/csv",
        Accept="text/csv",
        Body=",".join(map(str, bag_of_words(review))),
    )
    score = float(response["Body"].read().decode())
    if is_text:
        return respond(200, str(round(score)), "text/plain")
    answer = {"sentiment": "positive" if round(score) == 1 else "negative", "score": score}
    return respond(200, json.dumps(answer), "application/json")


def read_request(event):
    headers = {name.lower(): value for name, value in (event["headers"] or {}).items()}
    is_text = headers.get("content-type", "").split(";")[0].strip().lower() == "text/plain"
    body = event["body"] or ""
    review = body if is_text else read_json(body)
    # Half of a surrogate pair is not valid text, and raises a ValueError.
    review.encode()
    if not review.strip(WHITE_SPACE):
        raise ValueError("review: got an empty review; allowed: the text of a review")
    return review, is_text


def read_json(body):
    request = json.loads(body)
    if not isinstance(request, dict) or set(request) != {"review"} or not isinstance(request["review"], str):
        raise ValueError('got another request; allowed: {"review": "<text>"}')
    return request["review"]


def bag_of_words(review):
    bag = [0] * len(VOCABULARY)
    for word in SPACE.sub(" ", NO_SPACE.sub("", review.lower())).split():
        if word in VOCABULARY:
            bag[VOCABULARY[word]] += 1
    return bag


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
        "body": body,
    }
