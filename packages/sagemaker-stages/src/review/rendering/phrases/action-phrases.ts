import type { StatementValue } from "../../access/grant";
import { objectsOf, streamsOf } from "./resource-phrases";
import { code, labelAsCode, listed } from "./text";

/**
 * The verb of an action:
 * - `object`: the verb before the resource, or around the resource where `after` is set;
 * - `streams`: the verb before the streams of a log group;
 * - `alone`: the whole phrase of an action for which AWS defines no resource.
 */
type Verb =
  | { readonly object: string; readonly after?: string }
  | { readonly streams: string }
  | { readonly alone: string };

/** The actions that inference needs, in lower case. An action that is not here is named as the policy writes it. */
const VERBS: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ["cloudwatch:describealarms", { object: "read the state of" }],
  ["cloudwatch:putmetricdata", { alone: "publish metrics" }],
  ["ecr:batchchecklayeravailability", { object: "pull images from" }],
  ["ecr:batchgetimage", { object: "pull images from" }],
  ["ecr:getdownloadurlforlayer", { object: "pull images from" }],
  ["ecr:getauthorizationtoken", { alone: "log in to ECR registries" }],
  ["execute-api:invoke", { object: "call" }],
  ["iam:passrole", { object: "pass", after: "to services" }],
  ["iam:putrolepolicy", { object: "change the policies of" }],
  ["iam:updateassumerolepolicy", { object: "change who can assume" }],
  ["kms:creategrant", { object: "let other principals use" }],
  ["kms:decrypt", { object: "decrypt with" }],
  ["kms:generatedatakey", { object: "encrypt with" }],
  ["lambda:addpermission", { object: "let other principals invoke" }],
  ["lambda:invokefunction", { object: "invoke" }],
  ["lambda:invokefunctionurl", { object: "call the URL of" }],
  ["lambda:updatefunctioncode", { object: "change the code of" }],
  ["logs:createloggroup", { object: "create" }],
  ["logs:createlogstream", { streams: "create" }],
  ["logs:deleteloggroup", { object: "delete" }],
  ["logs:describelogstreams", { streams: "list" }],
  ["logs:putlogevents", { streams: "write to" }],
  ["sns:publish", { object: "publish to" }],
  ["s3:deleteobject", { object: "delete" }],
  ["s3:getobject", { object: "read" }],
  ["s3:listbucket", { object: "list" }],
  ["s3:putobject", { object: "write" }],
  ["sagemaker:createendpoint", { object: "create" }],
  ["sagemaker:deleteendpoint", { object: "delete" }],
  ["sagemaker:invokeendpoint", { object: "invoke" }],
  ["sagemaker:updateendpoint", { object: "change" }],
  ["sts:assumerole", { object: "assume" }],
  ["sts:assumerolewithsaml", { object: "assume" }],
  ["sts:assumerolewithwebidentity", { object: "assume" }],
  ["xray:puttelemetryrecords", { alone: "send traces" }],
  ["xray:puttracesegments", { alone: "send traces" }],
]);

/**
 * The verbs of an access list's permissions. On a bucket, READ lists the objects
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#permissions).
 */
const ACCESS_LIST_VERBS: Readonly<Record<string, string>> = {
  READ: "list",
  "READ of the object": "read",
  WRITE: "write objects to",
  READ_ACP: "read the access list of",
  WRITE_ACP: "change the access list of",
};

/** What the actions do with the resources, e.g. ``invoke the SageMaker endpoint `dev-churn` ``. */
export function actionPhrase(
  actions: readonly StatementValue[],
  resources: readonly StatementValue[],
): string {
  const verbs = actions.map((action) =>
    action.kind === "pattern" ? VERBS.get(action.text.toLowerCase()) : undefined,
  );
  const known = verbs.filter((verb) => verb !== undefined);
  if (known.length < actions.length) return namedActions(actions, objectsOf(resources, actions));

  const alone = known.flatMap((verb) => ("alone" in verb ? verb.alone : []));
  const around = known.flatMap((verb) => ("object" in verb && verb.after !== undefined ? verb : []));
  const before = known.flatMap((verb) => ("object" in verb && verb.after === undefined ? verb.object : []));
  const streams = known.flatMap((verb) => ("streams" in verb ? verb.streams : []));
  const object = objectsOf(resources, actions);
  return listed(
    [
      ...distinct(alone),
      ...distinct(around.map((verb) => `${verb.object} ${object} ${verb.after ?? ""}`)),
      ...(before.length === 0 ? [] : [`${listed(distinct(before), "and")} ${object}`]),
      ...(streams.length === 0 ? [] : [streamsPhrase(distinct(streams), resources, before.length > 0)]),
    ],
    "and",
  );
}

/** The object of a second verb repeats the log group as "its": `create the log group X and list its streams`. */
function streamsPhrase(
  verbs: readonly string[],
  resources: readonly StatementValue[],
  followsGroups: boolean,
): string {
  return `${listed(verbs, "and")} ${streamsOf(resources, followsGroups)}`;
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** Actions without a verb, as the policy writes them. The phrase of a reference contains its resource. */
function namedActions(actions: readonly StatementValue[], objects: string): string {
  const patterns = actions.flatMap((action) =>
    action.kind === "pattern" && action.text !== "*" ? action.text : [],
  );
  const listVerbs = actions.flatMap((action) =>
    action.kind === "reference" && action.what === "access list"
      ? (ACCESS_LIST_VERBS[action.text] ?? action.text)
      : [],
  );
  const phrases = [
    ...(patterns.length > 0 ? [`call ${listed(patterns.map(code), "and")}`] : []),
    ...actions.flatMap((action) => phraseOf(action, objects)),
    ...(listVerbs.length > 0 ? [`${listed(listVerbs, "and")} ${objects}`] : []),
  ];
  const containsResource = actions.every(({ kind }) => kind === "reference");
  return `${listed(phrases, "and")}${containsResource ? "" : ` on ${objects}`}`;
}

function phraseOf(action: StatementValue, objects: string): string[] {
  if (action.kind === "not") return [`call every action except ${listed(action.texts.map(code), "and")}`];
  if (action.kind === "pattern") return action.text === "*" ? ["call every action"] : [];
  switch (action.what) {
    case "access list":
      return [];
    case "group":
      return [`use the permissions of the ${labelAsCode(action.text)}`];
    case "role":
      return [`run with the permissions of the ${labelAsCode(`role ${action.text}`)}`];
    case "network":
      return [`reach ${code(action.text)} of ${objects}`];
    default:
      return [
        `use the permissions of the ${action.what} ${code(action.text)}, which this plan does not contain`,
      ];
  }
}
