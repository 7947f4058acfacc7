import { splitArnPattern } from "../../../aws/arn-pattern";
import type { StatementValue } from "../../access/grant";
import { code, labelAsCode, listed } from "./text";

/** Nouns by service and by the prefix of the ARN's resource part. The rest of that part is the resource's name. */
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

/** Nouns for "every resource", by the prefix of the actions. */
const EVERY: readonly (readonly [actionPrefix: string, noun: string])[] = [
  ["ecr:", "every image repository"],
  ["execute-api:", "every API route"],
  ["kms:", "every key"],
  ["lambda:", "every function"],
  ["logs:", "every log group"],
  ["sagemaker:createendpoint", "every SageMaker endpoint"],
  ["sagemaker:deleteendpoint", "every SageMaker endpoint"],
  ["sagemaker:invokeendpoint", "every SageMaker endpoint"],
  ["sagemaker:updateendpoint", "every SageMaker endpoint"],
  ["iam:passrole", "every role"],
  ["sts:assumerole", "every role"],
];

/**
 * The phrase for the resources, e.g. ``the SageMaker endpoint `dev-churn` ``.
 *
 * @param actions - decide whether an S3 ARN means buckets or objects, and which noun "every resource" gets
 */
export function objectsOf(
  resources: readonly StatementValue[],
  actions: readonly StatementValue[] = [],
): string {
  const areObjectActions = actions.length > 0 && actions.every(isObjectAction);
  const every = everyResource(actions);
  return listed([...new Set(resources.map((one) => objectOf(one, areObjectActions, every)))], "and");
}

/** "Every resource" with the noun of the service, if all actions are of that service. */
function everyResource(actions: readonly StatementValue[]): string {
  const found = EVERY.find(
    ([prefix]) =>
      actions.length > 0 &&
      actions.every(
        (action) =>
          action.kind === "pattern" &&
          !hasWildcard(action.text) &&
          action.text.toLowerCase().startsWith(prefix),
      ),
  );
  return found?.[1] ?? "every resource";
}

/**
 * The phrase for the log streams of the resources.
 *
 * @param followsGroups - whether the sentence names the log groups before
 */
export function streamsOf(resources: readonly StatementValue[], followsGroups: boolean): string {
  const found = [
    ...new Set(resources.map((one) => streamsOfGroup(one) ?? `the streams of ${objectsOf([one])}`)),
  ];
  const areAll = found.every((text) => text.startsWith(ALL_STREAMS));
  if (!followsGroups || !areAll) return listed(found, "and");
  return resources.length === 1 && !/^the streams of (?:every|the log groups)/.test(found.join())
    ? "its streams"
    : "their streams";
}

const ALL_STREAMS = "the streams of ";

function streamsOfGroup(resource: StatementValue): string | undefined {
  if (resource.kind !== "pattern") return undefined;
  if (resource.text === "*") return `${ALL_STREAMS}every log group`;
  const [, , service, , , rest = ""] = splitArnPattern(resource.text);
  if (service !== "logs" || !rest.startsWith(LOG_GROUP)) return undefined;
  const { groups, stream = "*" } = logOf(rest.slice(LOG_GROUP.length));
  if (stream === "*") return `${ALL_STREAMS}${groups}`;
  return `the ${hasWildcard(stream) ? "streams" : "stream"} ${code(stream)} of ${groups}`;
}

const LOG_GROUP = "log-group:";

/**
 * Whether an action of S3 applies to objects, and not to buckets
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html).
 */
function isObjectAction(action: StatementValue): boolean {
  if (action.kind !== "pattern") return false;
  const text = action.text.toLowerCase();
  return (
    text.startsWith("s3:") &&
    !text.includes("bucket") &&
    (text.includes("object") || text.includes("multipart"))
  );
}

const hasWildcard = (text: string): boolean => /[*?]/.test(text);

function objectOf(resource: StatementValue, areObjectActions: boolean, every: string): string {
  if (resource.kind === "not") return `everything except ${listed(resource.texts.map(code), "and")}`;
  const { text } = resource;
  if (text === "*") return areObjectActions ? "every object of every bucket" : every;
  if (!text.startsWith("arn:")) return `the ${labelAsCode(text)}`;
  const [, , service = "", , , rest = ""] = splitArnPattern(text);
  if (service === "s3") return objectOfS3(rest, areObjectActions);
  if (service === "logs" && rest.startsWith(LOG_GROUP)) return logOf(rest.slice(LOG_GROUP.length)).groups;
  if (service === "execute-api") return routeOf(rest) ?? code(text);
  const found = NOUNS.find(([of, prefix]) => of === service && rest.startsWith(prefix));
  if (found === undefined || rest === found[1]) return code(text);
  const [, prefix, noun] = found;
  return namedObject(noun, rest.slice(prefix.length));
}

/** A resource by its name, or several by a pattern: ``the functions `dev-*` ``. */
function namedObject(noun: string, name: string): string {
  const [, table, part] = noun === "the table" ? (/^([^/]+)\/(.+)$/s.exec(name) ?? []) : [];
  if (table !== undefined && part !== undefined) {
    const parts = part === "*" ? "the indexes and streams" : code(part);
    return `${parts} of ${namedObject(noun, table)}`;
  }
  if (name === "*") return `every ${noun.replace(/^the /, "")}`;
  return `${hasWildcard(name) ? pluralNoun(noun) : noun} ${code(name)}`;
}

function pluralNoun(noun: string): string {
  return noun.endsWith("y") && !noun.endsWith("key") ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

function objectOfS3(rest: string, areObjectActions: boolean): string {
  const slash = rest.indexOf("/");
  if (slash < 0) {
    // A wildcard in a bucket's ARN matches the slash and the object key, too.
    const buckets =
      rest === "*" ? "every bucket" : `the ${hasWildcard(rest) ? "buckets" : "bucket"} ${code(rest)}`;
    return areObjectActions && hasWildcard(rest) ? `every object of ${buckets}` : buckets;
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
function logOf(rest: string): { readonly groups: string; readonly stream: string | undefined } {
  const [, group = rest, stream] = /^([^:]+):(?:log-stream:)?(.*)$/s.exec(rest) ?? [];
  const groups =
    group === "*" ? "every log group" : `the log ${hasWildcard(group) ? "groups" : "group"} ${code(group)}`;
  return { groups, stream };
}

/** `<api>/<stage>/<METHOD>/<path>` */
function routeOf(rest: string): string | undefined {
  const [, stage, method, ...path] = rest.split("/");
  if (stage === undefined || method === undefined || path.length === 0) return undefined;
  return `the route ${code(`${method} /${path.join("/")}`)} of the stage ${code(stage)}`;
}
