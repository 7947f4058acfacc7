import type { Named } from "./grant";
import { partsOf } from "./pattern";
import { code, listed, thing } from "./text";

/** By service, and how the resource part of the ARN begins: what it is called. The rest of the part is its name. */
const NOUNS: readonly (readonly [service: string, prefix: string, noun: string])[] = [
  ["cloudwatch", "alarm:", "the alarm"],
  ["dynamodb", "table/", "the table"],
  ["ecr", "repository/", "the image repository"],
  ["iam", "policy/", "the managed policy"],
  ["iam", "role/", "the role"],
  ["iam", "user/", "the user"],
  ["kms", "key/", "the key"],
  ["lambda", "function:", "the function"],
  ["sagemaker", "endpoint-config/", "the SageMaker endpoint configuration"],
  ["sagemaker", "endpoint/", "the SageMaker endpoint"],
  ["sagemaker", "model/", "the SageMaker model"],
  ["secretsmanager", "secret:", "the secret"],
  ["sns", "", "the topic"],
  ["sqs", "", "the queue"],
];

/** Resources in words, e.g. ``the SageMaker endpoint `dev-toxicity` ``. */
export function objects(resources: readonly Named[]): string {
  return listed(resources.map(objectOf), "and");
}

function objectOf(resource: Named): string {
  if (resource.kind === "not") return `everything but ${listed(resource.texts.map(code), "and")}`;
  const { text } = resource;
  if (text === "*") return "every resource";
  if (!text.startsWith("arn:")) return `the ${thing(text)}`;
  const [, , service = "", , , rest = ""] = partsOf(text);
  if (service === "s3") return objectOfS3(rest);
  if (service === "logs" && rest.startsWith("log-group:")) return logOf(rest.slice("log-group:".length));
  if (service === "execute-api") return routeOf(rest) ?? code(text);
  // A wildcard makes many of one: the ARN itself says which.
  const found = NOUNS.find(([of, prefix]) => of === service && rest.startsWith(prefix));
  if (found === undefined || rest === found[1]) return code(text);
  return `${found[2]} ${code(rest.slice(found[1].length))}`;
}

function objectOfS3(rest: string): string {
  const slash = rest.indexOf("/");
  if (slash < 0) return rest === "*" ? "every bucket" : `the bucket ${code(rest)}`;
  const [bucket, key] = [rest.slice(0, slash), rest.slice(slash + 1)];
  return key === "*"
    ? `every object of the bucket ${code(bucket)}`
    : `the object ${code(`s3://${bucket}/${key}`)}`;
}

/** `<group>`, `<group>:*` or `<group>:log-stream:<stream>` */
function logOf(rest: string): string {
  const [, group = rest, stream] = /^([^:]+):(?:log-stream:)?(.*)$/s.exec(rest) ?? [];
  if (stream === undefined) return `the log group ${code(group)}`;
  const streams = stream === "*" ? "the streams" : `the stream ${code(stream)}`;
  return `${streams} of the log group ${code(group)}`;
}

/** `<api>/<stage>/<METHOD>/<path>` */
function routeOf(rest: string): string | undefined {
  const [, stage, method, ...path] = rest.split("/");
  if (stage === undefined || method === undefined || path.length === 0) return undefined;
  return `the route ${code(`${method} /${path.join("/")}`)} of the stage ${code(stage)}`;
}
