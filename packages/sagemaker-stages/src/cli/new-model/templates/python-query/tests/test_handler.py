"""Tests of the handler without AWS: python3 -m unittest discover functions/my-model/tests"""

import io
import json
import os
import sys
import unittest
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlencode

os.environ.update(
    ENDPOINT_NAME="test-my-model",
    CORS_ALLOW_ORIGIN="*",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
)
FOLDER = Path(__file__).parent.parent
sys.path.insert(0, str(FOLDER))

import handler  # noqa: E402

ROUTE = json.loads((FOLDER / "route.json").read_text(encoding="utf-8"))
LABELS = '[{"label": ["late", "delivery"], "prob": [0.75, 0.125]}]'


def of_gateway(pairs):
    """Return the event of a REST API (payload 1.0)."""
    lists = {}
    for name, value in pairs:
        lists.setdefault(name, []).append(value)
    return {
        "queryStringParameters": {name: values[-1] for name, values in lists.items()} or None,
        "multiValueQueryStringParameters": lists or None,
        "requestContext": {"requestId": "id"},
    }


def of_url(pairs):
    """Return the event of a function URL (payload 2.0), which joins the values of a repeated parameter."""
    joined = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    query = {"queryStringParameters": joined} if joined else {}
    return {"version": "2.0", "rawQueryString": urlencode(pairs), "requestContext": {"requestId": "id"}, **query}


def call_handler(event, answer=LABELS):
    """Return the response of the handler, and the mock that recorded the call of the endpoint."""
    with patch.object(handler.runtime, "invoke_endpoint") as invoke_endpoint:
        invoke_endpoint.return_value = {"Body": io.BytesIO(answer.encode())}
        response = handler.lambda_handler(event, None)
    return response, invoke_endpoint


class HandlerTest(unittest.TestCase):
    def test_answers_the_example_with_the_answer_of_the_endpoint(self):
        pairs = list(ROUTE["example"]["request"].items())
        for event in [of_gateway(pairs), of_url(pairs)]:
            response, invoke_endpoint = call_handler(event)

            self.assertEqual(response["statusCode"], 200)
            self.assertEqual(json.loads(response["body"]), json.loads(LABELS))
            sent = invoke_endpoint.call_args.kwargs
            self.assertEqual(sent["EndpointName"], "test-my-model")
            self.assertEqual((sent["ContentType"], sent["Accept"]), ("application/json", "application/json"))
            self.assertEqual(json.loads(sent["Body"]), ROUTE["example"]["answer"])

    def test_requests_one_label_without_count(self):
        _, invoke_endpoint = call_handler(of_gateway([("q", "café & tea")]))

        body = json.loads(invoke_endpoint.call_args.kwargs["Body"])
        self.assertEqual(body, {"instances": ["café & tea"], "configuration": {"k": 1}})

    def test_refuses_a_wrong_query_and_names_the_fault(self):
        once = "got the parameter twice; allowed: once"
        number = "allowed: a whole number from 1 to 99"
        for pairs, detail in [
            ([], "q: got nothing; allowed: a string"),
            ([("q", "")], 'q: got ""; allowed: a text with a character'),
            ([("q", "a"), ("count", "0")], f'count: got "0"; {number}'),
            ([("q", "a"), ("count", "many")], f'count: got "many"; {number}'),
            ([("q", "a"), ("q", "b")], f"q: {once}"),
            ([("q", "a"), ("count", ""), ("count", "")], f"count: {once}"),
            (
                [("q", "a"), ("other", "1")],
                'request: got the unknown property "other"; allowed: only the properties of this model\'s request',
            ),
        ]:
            for event in [of_gateway(pairs), of_url(pairs)]:
                with self.subTest(event=event):
                    response, invoke_endpoint = call_handler(event)

                    self.assertEqual(response["statusCode"], 400)
                    self.assertEqual(response["headers"]["Content-Type"], "application/problem+json")
                    self.assertEqual(json.loads(response["body"])["detail"], detail)
                    invoke_endpoint.assert_not_called()

    def test_answers_502_when_the_answer_of_the_endpoint_is_not_json(self):
        for answer in ["", "<html>", "[NaN]", "1e999", "[" * 100_000, "[" * 100_000 + "]" * 100_000]:
            with self.subTest(answer=answer[:10]):
                response, _ = call_handler(of_gateway([("q", "a")]), answer)

                self.assertEqual(response["statusCode"], 502)

    def test_sets_the_cors_header_for_api_gateway_and_not_for_a_function_url(self):
        gateway, _ = call_handler(of_gateway([("q", "a")]))
        url, _ = call_handler(of_url([("q", "a")]))

        self.assertEqual(gateway["headers"]["Access-Control-Allow-Origin"], "*")
        self.assertNotIn("Access-Control-Allow-Origin", url["headers"])

    def test_names_the_origin_of_the_request_if_several_origins_are_allowed(self):
        def named(origin):
            event = {"version": "1.0", "headers": {"Origin": origin}}
            return handler.cors_headers(event).get("Access-Control-Allow-Origin")

        with patch.dict(os.environ, CORS_ALLOW_ORIGIN="https://a.example,https://b.example"):
            self.assertEqual(named("https://b.example"), "https://b.example")
            for origin in ["https://b.example.evil.com", "https://B.example", "null", "*", ""]:
                self.assertIsNone(named(origin))
            self.assertEqual(handler.cors_headers({"headers": None}), {"Vary": "Origin"})


if __name__ == "__main__":
    unittest.main()
