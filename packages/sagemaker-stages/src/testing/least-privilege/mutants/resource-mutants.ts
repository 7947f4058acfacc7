import type { JsonObject, TerraformJson } from "../../terraform";
import { OTHER_ACCOUNT } from "../account";
import type { Fault } from "../finding";
import type { ResolvedStack, Resource } from "../resolved-stack";
import { type Document, type Mutant, texts } from "./mutant";

/** Changes of resources that grant permissions without a policy document, and of the attachments of policies. */
export function mutantsOfResources(stack: ResolvedStack, documents: readonly Document[]): Mutant[] {
  return [
    ...stack.all("aws_lambda_permission").flatMap((permission) => permissionMutants(permission)),
    ...stack.all("aws_lambda_function_url").map(functionUrlMutant),
    ...stack.all("aws_api_gateway_rest_api").flatMap((api) => routeMutants(api, stack)),
    ...stack.all("aws_iam_role").flatMap(roleMutants),
    ...stack.all("aws_iam_role_policy").map(rolePolicyMutant),
    ...stack.all("aws_iam_policy").flatMap((policy) => managedPolicyMutants(policy, stack)),
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

function permissionMutants(permission: Resource): Mutant[] {
  const subject = `function ${permission.text("function_name")}`;
  const source = permission.text("source_arn");
  const [api = "", stage = "", method = "", ...path] = source.split("/");
  const mutant = (
    kind: string,
    detail: string,
    killedBy: readonly Fault[],
    arguments_: JsonObject,
  ): Mutant => ({
    kind,
    description: `${subject}: ${detail}`,
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
    mutant("a permission for every principal", "*", ["other principal"], { principal: "*" }),
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
      ...mutant("another permission", "for events.amazonaws.com", ["granted, not used"], {}),
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

function functionUrlMutant(url: Resource): Mutant {
  const subject = `function URL of ${url.text("function_name")}`;
  return {
    kind: "a public function URL",
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

/** The security scheme of a route that requires the stage's API key. */
const KEY_SCHEME = { type: "apiKey", name: "x-api-key", in: "header" };

/** Weaker authorizations of each route that is not public. */
function routeMutants(api: Resource, { name }: ResolvedStack): Mutant[] {
  const { paths }: ApiDocument = JSON.parse(api.text("body"));
  const withSecurity = (path: string, method: string, security: object[]) => (terraform: TerraformJson) => {
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
          kind: "a public route",
          description: `${subject}: no authorization`,
          subject,
          change: withSecurity(path, method, []),
          killedBy: ["allowed, must be denied"],
        },
        ...(JSON.stringify(security).includes("api_key")
          ? []
          : [
              {
                kind: "a route with an API key in place of a signature",
                description: `${subject}: an API key in place of a signature`,
                subject,
                change: withSecurity(path, method, [keyed]),
                killedBy: ["allowed, must be denied"] as const,
              },
            ]),
        {
          kind: "a route with two authorizations",
          description: `${subject}: two authorizations`,
          subject,
          change: withSecurity(path, method, [...security, keyed, { other: [] }]),
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

function roleMutants(role: Resource): Mutant[] {
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

function rolePolicyMutant(policy: Resource): Mutant {
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

/** Attachments of a caller's policy to other principals. */
function managedPolicyMutants(policy: Resource, stack: ResolvedStack): Mutant[] {
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
    attached("user", "external"),
    attached("group", "all-users"),
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
