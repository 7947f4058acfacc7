"""Tests of the handler without AWS: python3 -m unittest discover functions/my-model/tests"""

import base64
import io
import json
import os
import sys
import unittest
from pathlib import Path
from unittest.mock import patch

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


def call_handler(request, answer="0.25", version="1.0"):
    """Return the response of the handler, and the mock that recorded the call of the endpoint."""
    with patch.object(handler.runtime, "invoke_endpoint") as invoke_endpoint:
        invoke_endpoint.return_value = {"Body": io.BytesIO(answer.encode())}
        response = handler.lambda_handler({"version": version, "body": json.dumps(request)}, None)
    return response, invoke_endpoint


class HandlerTest(unittest.TestCase):
    def test_answers_the_example_with_the_prediction_of_the_endpoint(self):
        response, invoke_endpoint = call_handler(ROUTE["example"]["request"])

        self.assertEqual(response["statusCode"], 200)
        self.assertEqual(json.loads(response["body"]), {"prediction": "0.25"})
        invoke_endpoint.assert_called_once_with(
            EndpointName="test-my-model", ContentType="text/csv", Body="5.1,3.5,1.4,0.2"
        )

        # API Gateway sends a body in base64 if its Content-Type is a binary media type of the API.
        body = base64.b64encode(json.dumps(ROUTE["example"]["request"]).encode()).decode()
        with patch.object(handler.runtime, "invoke_endpoint") as invoke_endpoint:
            invoke_endpoint.return_value = {"Body": io.BytesIO(b"0.25")}
            response = handler.lambda_handler({"body": body, "isBase64Encoded": True}, None)

        self.assertEqual(response["statusCode"], 200)
        self.assertEqual(json.loads(response["body"]), {"prediction": "0.25"})

    def test_refuses_a_row_with_another_number_of_features(self):
        response, invoke_endpoint = call_handler({"row": [1, 2]})

        self.assertEqual(response["statusCode"], 400)
        self.assertEqual(json.loads(response["body"]), {"detail": "row: got 2 numbers; allowed: 4 numbers"})
        invoke_endpoint.assert_not_called()

    def test_sets_the_cors_header_for_api_gateway_and_not_for_a_function_url(self):
        of_gateway, _ = call_handler(ROUTE["example"]["request"])
        of_url, _ = call_handler(ROUTE["example"]["request"], version="2.0")

        self.assertEqual(of_gateway["headers"]["Access-Control-Allow-Origin"], "*")
        self.assertNotIn("Access-Control-Allow-Origin", of_url["headers"])

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
