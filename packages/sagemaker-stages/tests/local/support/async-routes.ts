import type { Environment } from "../../../src/environment/environment";
import { type Request, type Response, send } from "./client";

const ENDPOINT = {
  artifact: "s3://amzn-s3-demo-bucket/model.tar.gz",
  image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
} as const;

/** Two asynchronous models: a public route that scales to zero and has topics, and a signed route with an instance. */
export const ASYNC: Environment = {
  name: "dev",
  region: "us-east-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.dev.tfstate" } },
  stage: {
    throttling: { rateLimit: 1_000, burstLimit: 2_000 },
    logRetentionInDays: 7,
    corsAllowOrigin: "https://app.example.com",
  },
  models: {
    "loan-default": {
      ...ENDPOINT,
      access: "PUBLIC",
      instances: {
        instanceType: "ml.m5.large",
        initialInstanceCount: 1,
        async: {
          days: 1,
          successTopicArn: "arn:aws:sns:us-east-1:111122223333:results",
          failureTopicArn: "arn:aws:sns:us-east-1:111122223333:failures",
        },
      },
    },
    "energy-demand": {
      ...ENDPOINT,
      access: "AWS_IAM",
      instances: {
        instanceType: "ml.m5.large",
        initialInstanceCount: 1,
        async: { days: 3, scaling: { minCapacity: 1, maxCapacity: 2 }, maxConcurrentRequestsPerInstance: 2 },
      },
    },
  },
};

/** The address of an accepted request. @throws Error if the answer is not a 202 with an address */
export function locationIn({ status, headers, body }: Response): string {
  if (status !== 202 || headers.location === undefined)
    throw new Error(`got ${status}: ${body}; expected 202`);
  return headers.location;
}

/** The interval of the polls of tests. */
const INTERVAL_IN_MS = 20;

/** The time for an answer: longer than an answer takes on a busy machine. */
const PATIENCE_IN_MS = 15_000;

/**
 * Reads an answer until it exists.
 *
 * @param signed - signs each request. Default: requests without a signature
 */
export async function poll(
  url: string,
  path: string,
  signed: (request: Request) => Promise<Request> = async (request) => request,
): Promise<Response> {
  const deadline = Date.now() + PATIENCE_IN_MS;
  for (;;) {
    const answer = await send(url, await signed({ method: "GET", path }));
    if (answer.status !== 202) return answer;
    if (Date.now() > deadline) throw new Error(`${path}: no answer`);
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_IN_MS));
  }
}
