import type { JsonObject, TerraformJson } from "../../terraform";
import { OTHER_ACCOUNT } from "../account";
import type { Fault } from "../finding";
import type { ResolvedStack, Resource } from "../resolved-stack";
import { type Document, type Mutant, texts } from "./mutant";

/** Changes of what gives rights without a document: permissions, URLs, routes, attachments; and of the holders. */
export function mutantsOfResources(stack: ResolvedStack, documents: readonly Document[]): Mutant[] {
  return [
    ...stack.all("aws_lambda_permission").flatMap((permission) => ofPermission(permission)),
    ...stack.all("aws_lambda_function_url").map(ofFunctionUrl),
    ...stack.all("aws_api_gateway_rest_api").flatMap((api) => ofRoutes(api, stack)),
    ...stack.all("aws_iam_role").flatMap(ofRole),
    ...stack.all("aws_iam_role_policy").map(ofRolePolicy),
    ...stack.all("aws_iam_policy").flatMap((policy) => ofManagedPolicy(policy, stack)),
    ...stack.all("aws_s3_bucket_policy").map((policy) => removed(policy, `bucket ${policy.text("bucket")}`)),
    ...documents
      .filter(({ subject }) => subject.startsWith("VPC endpoint"))
      .map(({ subject, holder }) => ({
        kind: "a VPC endpoint without a policy",
        description: `${subject}: no policy`,
        subject,
        change: (terraform: TerraformJson) => {
          delete holder(terraform).policy;
        },
        killedBy: ["allowed, must be denied"] as const,
      })),
  ];
}

function valuesOf({ resource }: TerraformJson, { address, type }: Resource): JsonObject {
  const values = resource[type]?.[address.slice(type.length + 1)];
  if (values === undefined) throw new Error(`no ${address}`);
  return values;
}

function add({ resource }: TerraformJson, type: string, id: string, values: JsonObject): void {
  const byId = resource[type] ?? {};
  byId[id] = values;
  resource[type] = byId;
}

function removed(resource: Resource, subject: string): Mutant {
  return {
    kind: "a bucket without a policy",
    description: `${subject}: no policy`,
    subject,
    change: ({ resource: byType }) => {
      delete byType[resource.type]?.[resource.address.slice(resource.type.length + 1)];
    },
    killedBy: ["allowed, must be denied"],
  };
}

function ofPermission(permission: Resource): Mutant[] {
  const subject = `function ${permission.text("function_name")}`;
  const source = permission.text("source_arn");
  const [api = "", stage = "", method = "", ...path] = source.split("/");
  const mutant = (
    kind: string,
    what: string,
    killedBy: readonly Fault[],
    arguments_: JsonObject,
  ): Mutant => ({
    kind,
    description: `${subject}: ${what}`,
    subject,
    change: (terraform) => Object.assign(valuesOf(terraform, permission), arguments_),
    killedBy,
  });
  const from = (kind: string, other: string, killedBy: readonly Fault[]): Mutant =>
    mutant(kind, `the source ${other}`, killedBy, { source_arn: other });
  return [
    from("a permission for every route", `${api}/*/*`, ["other context"]),
    from("a permission for every stage", [api, "*", method, ...path].join("/"), ["other context"]),
    from("a permission for every method", [api, stage, "*", ...path].join("/"), ["other context"]),
    from("a permission for every path", `${api}/${stage}/${method}/*`, ["other context"]),
    from("a permission for every API", source.replace(/:[^:/]+\//, ":*/"), ["other context"]),
    from("a permission for another stage", [api, `other-${stage}`, method, ...path].join("/"), [
      "used, not granted",
    ]),
    from("a permission for another method", [api, stage, "PATCH", ...path].join("/"), ["used, not granted"]),
    from("a permission for another account's API", source.replace(/:\d{12}:/, `:${OTHER_ACCOUNT}:`), [
      "used, not granted",
    ]),
    {
      ...mutant("a permission for every source", "no source", ["other context"], {}),
      change: (terraform) => {
        delete valuesOf(terraform, permission).source_arn;
      },
    },
    mutant("a permission for another service", "s3.amazonaws.com", ["used, not granted"], {
      principal: "s3.amazonaws.com",
    }),
    mutant("a permission for everybody", "*", ["other principal"], { principal: "*" }),
    mutant("a permission for an account", OTHER_ACCOUNT, ["refused"], { principal: OTHER_ACCOUNT }),
    mutant("a permission for every action", "lambda:*", ["wildcard"], { action: "lambda:*" }),
    mutant("a permission for another action", "lambda:UpdateFunctionCode", ["used, not granted"], {
      action: "lambda:UpdateFunctionCode",
    }),
    mutant("a permission with an argument that no rule reads", "event_source_token", ["refused"], {
      event_source_token: "t",
    }),
    {
      ...mutant("a permission twice", "again", ["granted twice"], {}),
      change: (terraform) =>
        add(terraform, permission.type, "again", {
          ...valuesOf(terraform, permission),
          statement_id: "Again",
        }),
    },
    {
      ...mutant("a permission beside it", "for events.amazonaws.com", ["granted, not used"], {}),
      change: (terraform) =>
        add(terraform, permission.type, "beside", {
          ...valuesOf(terraform, permission),
          principal: "events.amazonaws.com",
          statement_id: "Beside",
        }),
    },
    {
      ...mutant("a permission removed", "no permission", ["used, not granted"], {}),
      change: ({ resource }) => {
        delete resource[permission.type]?.[permission.address.slice(permission.type.length + 1)];
      },
    },
  ];
}

function ofFunctionUrl(url: Resource): Mutant {
  const subject = `function URL of ${url.text("function_name")}`;
  return {
    kind: "a function URL for everybody",
    description: `${subject}: NONE`,
    subject,
    change: (terraform) => Object.assign(valuesOf(terraform, url), { authorization_type: "NONE" }),
    killedBy: ["allowed, must be denied"],
  };
}

interface ApiDocument {
  readonly paths: Readonly<Record<string, Record<string, { security: object[] }>>>;
  readonly components: { securitySchemes?: Record<string, object> };
}

/** The security scheme of a route that takes the stage's API key. */
const KEY_SCHEME = { type: "apiKey", name: "x-api-key", in: "header" };

/** Each route that is not public, opened in every way. */
function ofRoutes(api: Resource, { name }: ResolvedStack): Mutant[] {
  const { paths }: ApiDocument = JSON.parse(api.text("body"));
  const opened = (path: string, method: string, security: object[]) => (terraform: TerraformJson) => {
    const document: ApiDocument = JSON.parse(api.text("body"));
    const operation = document.paths[path]?.[method];
    if (operation === undefined) throw new Error(`no ${method} ${path}`);
    operation.security = security;
    document.components.securitySchemes = { api_key: KEY_SCHEME, ...document.components.securitySchemes };
    valuesOf(terraform, api).body = JSON.stringify(document).replaceAll("${", "$${");
  };
  const ofOperations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { security }]): Mutant[] => {
      if (security.length === 0) return [];
      const subject = `route ${method.toUpperCase()} ${path} of ${name}`;
      const keyed = { api_key: [] };
      return [
        {
          kind: "a route for everybody",
          description: `${subject}: no authorization`,
          subject,
          change: opened(path, method, []),
          killedBy: ["allowed, must be denied"],
        },
        ...(JSON.stringify(security).includes("api_key")
          ? []
          : [
              {
                kind: "a route for callers with the key",
                description: `${subject}: an API key for a signature`,
                subject,
                change: opened(path, method, [keyed]),
                killedBy: ["allowed, must be denied"] as const,
              },
            ]),
        {
          kind: "a route that is open in two ways",
          description: `${subject}: two authorizations`,
          subject,
          change: opened(path, method, [...security, keyed, { other: [] }]),
          killedBy: ["refused"],
        },
      ];
    }),
  );
  return [
    ...ofOperations,
    {
      kind: "an API with a policy",
      description: `${api.address}: a policy`,
      subject: api.address,
      change: (terraform) => Object.assign(valuesOf(terraform, api), { policy: "{}" }),
      killedBy: ["refused"],
    },
  ];
}

function ofRole(role: Resource): Mutant[] {
  const subject = `role ${role.text("name")}`;
  const argument = (name: string, value: JsonObject[string]): Mutant => ({
    kind: "a role with permissions outside its policy",
    description: `${subject}: ${name}`,
    subject,
    change: (terraform) => Object.assign(valuesOf(terraform, role), { [name]: value }),
    killedBy: ["refused"],
  });
  return [
    argument("managed_policy_arns", ["arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"]),
    argument("inline_policy", [{ name: "more", policy: "{}" }]),
    {
      kind: "an attached policy of AWS",
      description: `${subject}: AmazonSageMakerFullAccess`,
      subject,
      change: (terraform) =>
        add(terraform, "aws_iam_role_policy_attachment", "more", {
          role: role.text("name"),
          policy_arn: "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess",
        }),
      killedBy: ["refused"],
    },
  ];
}

function ofRolePolicy(policy: Resource): Mutant {
  const subject = `role ${policy.text("role")}`;
  return {
    kind: "a policy twice",
    description: `${subject}: its policy under a second name`,
    subject,
    change: (terraform) =>
      add(terraform, policy.type, "again", { ...valuesOf(terraform, policy), name: "again" }),
    killedBy: ["granted twice"],
  };
}

/** A caller's policy in other hands. */
function ofManagedPolicy(policy: Resource, stack: ResolvedStack): Mutant[] {
  const subject = `policy ${policy.text("name")}`;
  const policyArn = stack.account.globalArn("iam", subject.replace(" ", "/"));
  const attached = (kind: "role" | "user" | "group", name: string): Mutant => ({
    kind: "a caller's policy for another principal",
    description: `${subject}: attached to the ${kind} ${name}`,
    subject,
    change: (terraform) =>
      add(terraform, `aws_iam_${kind}_policy_attachment`, "more", { [kind]: name, policy_arn: policyArn }),
    killedBy: ["other principal", "used, not granted", "granted twice"],
  });
  const [role] = stack.all("aws_iam_role");
  const attachments = stack
    .all("aws_iam_role_policy_attachment")
    .filter((attachment) => texts(attachment.get("policy_arn")).includes(policyArn));
  return [
    attached("user", "somebody"),
    attached("group", "everybody"),
    ...(role === undefined ? [] : [attached("role", role.text("name"))]),
    ...attachments.map(
      (attachment): Mutant => ({
        kind: "a caller without its policy",
        description: `${subject}: not attached to ${attachment.text("role")}`,
        subject,
        change: ({ resource }) => {
          delete resource[attachment.type]?.[attachment.address.slice(attachment.type.length + 1)];
        },
        killedBy: ["used, not granted"],
      }),
    ),
  ];
}
