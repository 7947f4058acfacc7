import { splitArnPattern } from "../../aws/arn-pattern";
import type { Named } from "./grant";
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
  ["sagemaker", "inference-component/", "the inference component"],
  ["sagemaker", "model/", "the SageMaker model"],
  ["secretsmanager", "secret:", "the secret"],
  ["sns", "", "the topic"],
  ["sqs", "", "the queue"],
];

/** Resources in words, e.g. ``the SageMaker endpoint `dev-churn` ``; the actions say which part of them is meant. */
export function objects(resources: readonly Named[], actions: readonly Named[] = []): string {
  const isOfObjects = actions.length > 0 && actions.every(isOfObject);
  return listed([...new Set(resources.map((one) => objectOf(one, isOfObjects)))], "and");
}

/** Whether an action of S3 is of objects, and not of buckets (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html). */
function isOfObject(action: Named): boolean {
  if (action.kind !== "one") return false;
  const text = action.text.toLowerCase();
  return (
    text.startsWith("s3:") &&
    !text.includes("bucket") &&
    (text.includes("object") || text.includes("multipart"))
  );
}

const hasWildcard = (text: string): boolean => /[*?]/.test(text);

function objectOf(resource: Named, isOfObjects: boolean): string {
  if (resource.kind === "not") return `everything but ${listed(resource.texts.map(code), "and")}`;
  const { text } = resource;
  if (text === "*") return isOfObjects ? "every object of every bucket" : "every resource";
  if (!text.startsWith("arn:")) return `the ${thing(text)}`;
  const [, , service = "", , , rest = ""] = splitArnPattern(text);
  if (service === "s3") return objectOfS3(rest, isOfObjects);
  if (service === "logs" && rest.startsWith("log-group:")) return logOf(rest.slice("log-group:".length));
  if (service === "execute-api") return routeOf(rest) ?? code(text);
  const found = NOUNS.find(([of, prefix]) => of === service && rest.startsWith(prefix));
  if (found === undefined || rest === found[1]) return code(text);
  const [, prefix, noun] = found;
  return namedObject(noun, rest.slice(prefix.length));
}

/** One by its name, or all whose names fit: ``the functions `dev-*` ``. */
function namedObject(noun: string, name: string): string {
  const [, table, part] = noun === "the table" ? (/^([^/]+)\/(.+)$/s.exec(name) ?? []) : [];
  if (table !== undefined && part !== undefined) {
    const parts = part === "*" ? "the indexes and streams" : code(part);
    return `${parts} of ${namedObject(noun, table)}`;
  }
  if (name === "*") return `every ${noun.replace(/^the /, "")}`;
  return `${hasWildcard(name) ? pluralOf(noun) : noun} ${code(name)}`;
}

function pluralOf(noun: string): string {
  return noun.endsWith("y") && !noun.endsWith("key") ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

function objectOfS3(rest: string, isOfObjects: boolean): string {
  const slash = rest.indexOf("/");
  if (slash < 0) {
    // A wildcard takes the slash, too, and with it the objects.
    const buckets =
      rest === "*" ? "every bucket" : `the ${hasWildcard(rest) ? "buckets" : "bucket"} ${code(rest)}`;
    return isOfObjects && hasWildcard(rest) ? `every object of ${buckets}` : buckets;
  }
  const [bucket, key] = [rest.slice(0, slash), rest.slice(slash + 1)];
  if (key === "*") {
    const buckets =
      bucket === "*" ? "every bucket" : `the ${hasWildcard(bucket) ? "buckets" : "bucket"} ${code(bucket)}`;
    return `every object of ${buckets}`;
  }
  return `the ${hasWildcard(rest) ? "objects" : "object"} ${code(`s3://${bucket}/${key}`)}`;
}

/** `<group>`, `<group>:*` or `<group>:log-stream:<stream>` */
function logOf(rest: string): string {
  const [, group = rest, stream] = /^([^:]+):(?:log-stream:)?(.*)$/s.exec(rest) ?? [];
  const groups =
    group === "*" ? "every log group" : `the log ${hasWildcard(group) ? "groups" : "group"} ${code(group)}`;
  if (stream === undefined) return groups;
  const streams =
    stream === "*" ? "the streams" : `the ${hasWildcard(stream) ? "streams" : "stream"} ${code(stream)}`;
  return `${streams} of ${groups}`;
}

/** `<api>/<stage>/<METHOD>/<path>` */
function routeOf(rest: string): string | undefined {
  const [, stage, method, ...path] = rest.split("/");
  if (stage === undefined || method === undefined || path.length === 0) return undefined;
  return `the route ${code(`${method} /${path.join("/")}`)} of the stage ${code(stage)}`;
}
