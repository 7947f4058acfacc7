import { StandIn } from "./stand-in";

/**
 * Answers each request with its own body and Content-Type, and returns the custom attributes that the request has. The
 * answer shows whether bytes and headers came through unchanged.
 */
export function echoContainer(): StandIn {
  return new StandIn(({ contentType, body, headers }) => {
    const attributes = headers["x-amzn-sagemaker-custom-attributes"];
    return {
      status: 200,
      contentType,
      body,
      headers: attributes === undefined ? {} : { "X-Amzn-SageMaker-Custom-Attributes": String(attributes) },
    };
  });
}
