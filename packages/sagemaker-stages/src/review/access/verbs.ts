import type { Named } from "./grant";
import { code, listed, thing } from "./text";

/**
 * What one does who uses the action, in words before the resource; `alone` where AWS knows no resource for it, and the
 * words say it all.
 */
type Verb = string | { readonly alone: string };

/** The actions that inference needs, in lower case. What is not here is called by its name. */
const VERBS: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ["cloudwatch:describealarms", "see the state of"],
  ["cloudwatch:putmetricdata", { alone: "publish metrics" }],
  ["ecr:batchchecklayeravailability", "pull images from"],
  ["ecr:batchgetimage", "pull images from"],
  ["ecr:getdownloadurlforlayer", "pull images from"],
  ["ecr:getauthorizationtoken", { alone: "log in to ECR registries" }],
  ["execute-api:invoke", "call"],
  ["iam:passrole", "give services"],
  ["iam:putrolepolicy", "write the policies of"],
  ["iam:updateassumerolepolicy", "change who can assume"],
  ["kms:creategrant", "give others the use of"],
  ["kms:decrypt", "decrypt with"],
  ["kms:generatedatakey", "encrypt with"],
  ["lambda:addpermission", "let others invoke"],
  ["lambda:invokefunction", "invoke"],
  ["lambda:invokefunctionurl", "call the URL of"],
  ["lambda:updatefunctioncode", "change the code of"],
  ["logs:createloggroup", "create"],
  ["logs:createlogstream", "open streams in"],
  ["logs:deleteloggroup", "delete"],
  ["logs:describelogstreams", "list the streams of"],
  ["logs:putlogevents", "write to"],
  ["s3:deleteobject", "delete"],
  ["s3:getobject", "read"],
  ["s3:listbucket", "list"],
  ["s3:putobject", "write"],
  ["sagemaker:createendpoint", "create"],
  ["sagemaker:deleteendpoint", "delete"],
  ["sagemaker:invokeendpoint", "invoke"],
  ["sagemaker:updateendpoint", "change"],
  ["sts:assumerole", "assume"],
  ["sts:assumerolewithsaml", "assume"],
  ["sts:assumerolewithwebidentity", "assume"],
  ["xray:puttelemetryrecords", { alone: "send traces" }],
  ["xray:puttracesegments", { alone: "send traces" }],
]);

/**
 * What a permission of an access list gives; of a bucket, READ is to list its objects
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#permissions).
 */
const BY_LIST: Readonly<Record<string, string>> = {
  READ: "read (list)",
  "READ of the object": "read",
  WRITE: "write objects to",
  READ_ACP: "read the access list of",
  WRITE_ACP: "change the access list of",
};

/** What one does who uses the actions on `objects`, e.g. ``invoke the SageMaker endpoint `dev-language-check` ``. */
export function doing(actions: readonly Named[], objects: string): string {
  const verbs = actions.map((action) =>
    action.kind === "one" ? VERBS.get(action.text.toLowerCase()) : undefined,
  );
  const known = verbs.filter((verb) => verb !== undefined);
  if (known.length < actions.length) return `${called(actions, objects)}${on(actions, objects)}`;
  const alone = known.flatMap((verb) => (typeof verb === "string" ? [] : verb.alone));
  const withObject = known.filter((verb) => typeof verb === "string");
  const told = [...new Set(alone)];
  if (withObject.length > 0) told.push(`${listed([...new Set(withObject)], "and")} ${objects}`);
  return listed(told, "and");
}

/** What a policy elsewhere allows says by itself on what. */
function on(actions: readonly Named[], objects: string): string {
  return actions.every(({ kind }) => kind === "by") ? "" : ` on ${objects}`;
}

function called(actions: readonly Named[], objects: string): string {
  const named = actions.flatMap((action) =>
    action.kind === "one" && action.text !== "*" ? action.text : [],
  );
  const told = actions.flatMap((action) => {
    if (action.kind === "not") return `call everything but ${listed(action.texts.map(code), "and")}`;
    if (action.kind === "one") return action.text === "*" ? "do everything" : [];
    if (action.what === "group") return `do what the ${thing(action.text)} may`;
    if (action.what === "role") return `run with the rights of the ${thing(`role ${action.text}`)}`;
    if (action.what === "network") return `reach ${code(action.text)} of ${objects}`;
    if (action.what === "access list") return [];
    if (action.what === "public access block") return `make ${objects} public: ${code(action.text)} is off`;
    return `do what the ${action.what} ${code(action.text)} allows, which is not in this plan`;
  });
  const byList = actions.flatMap((action) =>
    action.kind === "by" && action.what === "access list" ? (BY_LIST[action.text] ?? action.text) : [],
  );
  if (byList.length > 0) told.push(`${listed(byList, "and")} ${objects}`);
  return listed([...(named.length > 0 ? [`call ${listed(named.map(code), "and")}`] : []), ...told], "and");
}
