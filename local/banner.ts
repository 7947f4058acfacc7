import type { Authorization, Method } from "./rest-api/openapi";
import type { Container } from "./sagemaker/container";
import { LOCAL_CREDENTIALS } from "./signature";
import type { Deployment, StageDefinition } from "./terraform/deployment";

/** What is served where, how to call it, and what AWS does that this machine does not. */
export function banner(
  url: string,
  deployments: readonly Deployment[],
  containers: ReadonlyMap<string, Container>,
): string {
  return [...deployments.flatMap((deployment) => [...describe(url, deployment, containers), ""])].join("\n");
}

function* describe(
  url: string,
  deployment: Deployment,
  containers: ReadonlyMap<string, Container>,
): Generator<string> {
  for (const stage of deployment.stages) {
    yield `${deployment.name}  ${url}/${stage.stageName}`;
    for (const method of stage.openApi.methods.filter(({ integration }) => integration.type !== "mock")) {
      yield "";
      yield `  ${method.httpMethod} /${stage.stageName}${method.path}  (${WHO[method.authorization]})`;
      yield `  ${curl(url, deployment, stage, method)}`;
    }
  }
  yield "";
  yield `  SageMaker runtime  ${url}  (e.g. boto3.client("sagemaker-runtime", endpoint_url="${url}"))`;
  for (const { name, model } of deployment.endpoints) {
    const container = containers.get(model)?.description ?? `NO MODEL: add --container ${model}=<url>`;
    yield `    ${name}: ${container}`;
  }
  if (deployment.notDone.length > 0) {
    yield "";
    yield "  Not as on AWS:";
    for (const line of deployment.notDone) yield `    - ${line}`;
  }
}

const WHO: Record<Authorization, string> = {
  NONE: "open to everybody",
  AWS_IAM: "signed requests",
  API_KEY: "API key",
};

/** A line for a POSIX shell, ready to paste. */
export function curl(
  url: string,
  { region }: Deployment,
  { stageName, apiKeys }: StageDefinition,
  method: Method,
): string {
  const words = ["curl", quote(`${url}/${stageName}${method.path}`)];
  if (method.httpMethod !== "POST" && method.httpMethod !== "GET") words.push("-X", method.httpMethod);
  if (method.authorization === "AWS_IAM") {
    const { accessKeyId, secretAccessKey } = LOCAL_CREDENTIALS;
    words.push(
      "--aws-sigv4",
      quote(`aws:amz:${region}:execute-api`),
      "--user",
      quote(`${accessKeyId}:${secretAccessKey}`),
    );
  }
  if (method.authorization === "API_KEY") words.push("-H", quote(`x-api-key: ${apiKeys[0]?.value}`));
  if (method.example !== undefined) {
    words.push("-H", quote("content-type: application/json"), "-d", quote(JSON.stringify(method.example)));
  }
  return words.join(" ");
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
