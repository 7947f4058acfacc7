// The function of each model in the AWS CDK app. Lambda provides the SDK, so that esbuild does not bundle the SDK.
import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";

const client = new SageMakerRuntimeClient();

export async function handler(event) {
  const { data } = JSON.parse(event.body);
  const command = new InvokeEndpointCommand({
    EndpointName: process.env.ENDPOINT_NAME,
    ContentType: "text/csv",
    Body: data,
  });
  const { Body } = await client.send(command);
  return { statusCode: 200, body: Body.transformToString() };
}
