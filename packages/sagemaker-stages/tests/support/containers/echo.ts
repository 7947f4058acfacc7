import { StandIn } from "./stand-in";

/**
 * A stand-in that answers each request with the request's body, Content-Type and custom attributes. The answer shows
 * whether bytes and headers arrived unchanged.
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
