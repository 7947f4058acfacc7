import json
import logging
import os

import boto3

from encoding import to_csv

ENDPOINT_NAME = os.environ["ENDPOINT_NAME"]
runtime = boto3.client("sagemaker-runtime")

with open("names.json", encoding="utf-8") as file:
    NAMES = json.load(file)

logger = logging.getLogger()


def lambda_handler(event, context):
    row = json.loads(event["body"])["row"]
    response = runtime.invoke_endpoint(EndpointName=ENDPOINT_NAME, ContentType="text/csv", Body=to_csv(row))
    label = json.loads(response["Body"].read())["predictions"][0]["predicted_label"]
    logger.info("answered label %d", label)
    headers = {"Content-Type": "application/json"}
    if event.get("version") != "2.0":
        headers["Access-Control-Allow-Origin"] = os.environ["CORS_ALLOW_ORIGIN"]
    return {
        "statusCode": 200,
        "headers": headers,
        "body": json.dumps({"label": label, "name": NAMES[label]}),
    }
