import aws4 from "aws4";
import type { HttpResponse } from "../http";
import type { ContainerFailures } from "../sagemaker/container-failures";
import type { SagemakerRuntime } from "../sagemaker/runtime";
import { LOCAL_CREDENTIALS } from "../signature";
import type { EndpointInvocation } from "./sagemaker-integration";

/** SageMaker's answer, and the reason why a container of this machine did not answer. */
export interface EndpointAnswer extends HttpResponse {
  readonly localCause?: string;
}

/** Invokes an endpoint as API Gateway does, with a signed InvokeEndpoint request. */
export type EndpointCaller = (invocation: EndpointInvocation) => Promise<EndpointAnswer>;

/** Invokes the endpoints of this machine's SageMaker runtime. */
export function callRuntime(
  runtime: Pick<SagemakerRuntime, "handle">,
  failures: ContainerFailures,
): EndpointCaller {
  return async ({ endpointName, region, headers, body }) => {
    const sessionToken = failures.issueToken();
    try {
      const path = `/endpoints/${endpointName}/invocations`;
      const signed = aws4.sign(
        {
          service: "sagemaker",
          region,
          method: "POST",
          host: "runtime.sagemaker",
          path,
          headers: { ...headers },
          body,
        },
        { ...LOCAL_CREDENTIALS, sessionToken },
      );
      const answer = await runtime.handle({
        method: "POST",
        target: path,
        path,
        query: "",
        headers: Object.entries(signed.headers ?? {}).map(([name, value]) => [name, String(value)]),
        body,
        sourceIp: "127.0.0.1",
      });
      const localCause = failures.take(sessionToken);
      return localCause === undefined ? answer : { ...answer, localCause };
    } finally {
      failures.revokeToken(sessionToken);
    }
  };
}
