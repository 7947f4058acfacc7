import { BETWEEN_CUSTOMERS, BETWEEN_DIGESTS, CUSTOMER_KEYS } from "../../../authorizer/customers";
import { AUTHORIZER } from "../../../environment/rules/name-checks";
import type { Json, JsonObject, TerraformJson } from "../../terraform";
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
    ...keyMutants(stack),
    ...stack.all("aws_iam_role").flatMap(roleMutants),
    ...signInMutants(stack),
    ...stack.all("aws_iam_role_policy").map(rolePolicyMutant),
    ...stack.all("aws_iam_policy").flatMap((policy) => managedPolicyMutants(policy, stack)),
    ...stack.all("aws_s3_bucket_policy").map((policy) => removed(policy, `bucket ${policy.text("bucket")}`)),
    ...stack.all("aws_sns_topic_policy").map(topicPolicyMutant),
    ...stack.all("aws_sns_topic_subscription").flatMap(subscriptionMutants),
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

/** Without the policy, CloudWatch cannot publish, and no alarm reaches its recipient. */
function topicPolicyMutant(policy: Resource): Mutant {
  const subject = `topic ${policy.text("arn")}`;
  return {
    kind: "a topic without a policy",
    description: `${subject}: no policy`,
    subject,
    change: ({ resource }) => {
      delete resource[policy.type]?.[policy.address.slice(policy.type.length + 1)];
    },
    killedBy: ["used, not granted"],
  };
}

/** Other endpoints of a subscription, each of which sends the alarms to someone else. */
function subscriptionMutants(subscription: Resource): Mutant[] {
  const changes: readonly JsonObject[] = [
    { endpoint: "someone@example.org" },
    { protocol: "https", endpoint: "https://example.org/alarms" },
    { protocol: "lambda", endpoint: "arn:aws:lambda:eu-central-1:444455556666:function:f" },
    { filter_policy: "{}" },
  ];
  return changes.map((change) => ({
    kind: "another subscriber",
    description: `${subscription.address}: ${JSON.stringify(change)}`,
    subject: subscription.address,
    change: (terraform) => Object.assign(valuesOf(terraform, subscription), change),
    killedBy: ["refused"],
  }));
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
  // The source of an authorizer has no method and no path: `<api>/authorizers/<id>`.
  const ofRoute =
    stage === "authorizers"
      ? []
      : [
          from("a permission for every method", [api, stage, "*", ...path].join("/"), ["other context"]),
          from("a permission for every path", `${api}/${stage}/${method}/*`, ["other context"]),
        ];
  return [
    ...ofRoute,
    from("a permission for every route", `${api}/*/*`, ["other context"]),
    from("a permission for every stage", [api, "*", method, ...path].join("/"), ["other context"]),
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
  "x-amazon-apigateway-api-key-source"?: string;
  readonly paths: Readonly<Record<string, Record<string, Operation>>>;
  readonly components: { securitySchemes?: Record<string, Scheme> };
}

interface Operation {
  security: Record<string, string[]>[];
  "x-required-token"?: { issuer: string; audience: string[]; scopes: string[] };
}

interface Scheme {
  readonly type: string;
  readonly name: string;
  readonly in: string;
  readonly "x-amazon-apigateway-authorizer"?: Authorizer;
}

interface Authorizer {
  type: string;
  providerARNs?: string[];
  identitySource?: string;
  authorizerUri?: string;
}

/** The security scheme of a route that requires the stage's API key. */
const KEY_SCHEME = { type: "apiKey", name: "x-api-key", in: "header" };

/** Weaker authorizations of each route that is not public. */
function routeMutants(api: Resource, stack: ResolvedStack): Mutant[] {
  const { name } = stack;
  const { paths, components }: ApiDocument = JSON.parse(api.text("body"));
  const changed =
    (path: string, method: string, change: (operation: Operation, document: ApiDocument) => void) =>
    (terraform: TerraformJson) => {
      const document: ApiDocument = JSON.parse(api.text("body"));
      const operation = document.paths[path]?.[method];
      if (operation === undefined) throw new Error(`no ${method} ${path}`);
      change(operation, document);
      valuesOf(terraform, api).body = JSON.stringify(document).replaceAll("${", "$${");
    };
  const withSecurity = (path: string, method: string, security: Operation["security"]) =>
    changed(path, method, (operation, { components }) => {
      operation.security = security;
      components.securitySchemes = { api_key: KEY_SCHEME, ...components.securitySchemes };
    });
  const ofOperations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]): Mutant[] => {
      const { security } = operation;
      if (security.length === 0) return [];
      const subject = `route ${method.toUpperCase()} ${path} of ${name}`;
      const keyed = { api_key: [] };
      return [
        {
          kind: "a public route",
          description: `${subject}: nothing in place of ${JSON.stringify(security)}`,
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
        ...customerRouteMutants(subject, security, (changed) => withSecurity(path, method, changed)),
        ...packageMutants(operation, subject, stack),
        ...[
          ...tokenChanges(operation, components.securitySchemes),
          ...schemeChanges(operation, components.securitySchemes),
        ].map(
          ([kind, change, killedBy]): Mutant => ({
            kind,
            description: `${subject}: ${kind}`,
            subject,
            change: changed(path, method, change),
            killedBy,
          }),
        ),
      ];
    }),
  );
  return [
    ...ofOperations,
    ...keySourceMutants(api),
    {
      kind: "an API with a policy",
      description: `${api.address}: a policy`,
      subject: api.address,
      change: (terraform) => Object.assign(valuesOf(terraform, api), { policy: "{}" }),
      killedBy: ["refused"],
    },
  ];
}

/** Another place from which an API with an authorizer of customers reads keys. */
function keySourceMutants(api: Resource): Mutant[] {
  const document: ApiDocument = JSON.parse(api.text("body"));
  const schemes = Object.keys(document.components.securitySchemes ?? {});
  if (!schemes.some((name) => name.startsWith("customers"))) return [];
  const { "x-amazon-apigateway-api-key-source": source, ...others } = document;
  const changed =
    source === undefined ? { ...others, "x-amazon-apigateway-api-key-source": "AUTHORIZER" } : others;
  return [
    {
      kind: "an API of customers with another source of keys",
      description: `${api.address}: the source ${source === undefined ? "AUTHORIZER" : "HEADER"}`,
      subject: api.address,
      change: (terraform) => {
        valuesOf(terraform, api).body = JSON.stringify(changed).replaceAll("${", "$${");
      },
      killedBy: ["refused"],
    },
  ];
}

/** Weaker authorizations of a route that requires a key and the authorizer of customers. */
function customerRouteMutants(
  subject: string,
  security: Operation["security"],
  withSecurity: (security: Operation["security"]) => Mutant["change"],
): Mutant[] {
  const isKey = (required: Operation["security"][number]) => "api_key" in required;
  if (security.length !== 2 || !security.some(isKey)) return [];
  return [
    {
      kind: "a route of customers without its authorizer",
      description: `${subject}: only a key`,
      subject,
      change: withSecurity(security.filter(isKey)),
      killedBy: ["allowed, must be denied"],
    },
    {
      kind: "a route of customers without a required key",
      description: `${subject}: only the authorizer`,
      subject,
      change: withSecurity(security.filter((required) => !isKey(required))),
      killedBy: ["refused"],
    },
  ];
}

type TokenChange = readonly [
  kind: string,
  change: (operation: Operation, document: ApiDocument) => void,
  killedBy: readonly Fault[],
];

/** Changes of the token that a route requires; empty for a route without a token. */
function tokenChanges(
  { security, "x-required-token": token }: Operation,
  schemes: ApiDocument["components"]["securitySchemes"] = {},
): TokenChange[] {
  const [name = ""] = Object.keys(security[0] ?? {});
  const authorizer = schemes[name]?.["x-amazon-apigateway-authorizer"];
  // The routes of customers also require a key, and have their own changes.
  if (authorizer === undefined || security.length > 1) return [];
  if (token === undefined) {
    const scopes = security[0]?.[name] ?? [];
    const withScopes =
      (changed: string[]): TokenChange[1] =>
      (operation) => {
        operation.security = [{ [name]: changed }];
      };
    return [
      [
        "a route for another scope of the user pool, too",
        withScopes([...scopes, "other-scope"]),
        ["allowed, must be denied"],
      ],
      ...(scopes.length === 0
        ? []
        : ([
            ["a route for ID tokens in place of access tokens", withScopes([]), ["allowed, must be denied"]],
          ] as const)),
      [
        "a route for tokens of another user pool",
        (_, { components }) => {
          const found = components.securitySchemes?.[name]?.["x-amazon-apigateway-authorizer"];
          if (found?.providerARNs !== undefined)
            found.providerARNs = found.providerARNs.map((arn) => `${arn}x`);
        },
        ["allowed, must be denied"],
      ],
      [
        "a route for tokens of a second user pool",
        (_, { components }) => {
          const found = components.securitySchemes?.[name]?.["x-amazon-apigateway-authorizer"];
          found?.providerARNs?.push(`${found.providerARNs[0]}x`);
        },
        ["refused"],
      ],
    ];
  }
  const withToken =
    (members: Partial<typeof token>): TokenChange[1] =>
    (operation) => {
      operation["x-required-token"] = { ...token, ...members };
    };
  return [
    [
      "a route for tokens of another issuer",
      withToken({ issuer: "https://other-issuer.example.com" }),
      ["allowed, must be denied"],
    ],
    [
      "a route for another audience, too",
      withToken({ audience: [...token.audience, "other-audience"] }),
      ["allowed, must be denied"],
    ],
    ["a route without its audience", withToken({ audience: ["other"] }), ["used, not granted"]],
    [
      "a route with another required scope",
      withToken({ scopes: [...token.scopes, "unknown"] }),
      ["used, not granted"],
    ],
    ...token.scopes.map(
      (scope): TokenChange => [
        `a route without the scope ${scope}`,
        withToken({ scopes: token.scopes.filter((one) => one !== scope) }),
        ["allowed, must be denied"],
      ],
    ),
    [
      "a route whose required token is unknown",
      (operation) => {
        delete operation["x-required-token"];
      },
      ["refused"],
    ],
  ];
}

/** Changes of the authorizer of a route: its form in the API's document decides which credential a result is valid for. */
function schemeChanges(
  { security }: Operation,
  schemes: ApiDocument["components"]["securitySchemes"] = {},
): TokenChange[] {
  const [name = ""] = Object.keys(security[0] ?? {});
  const given = schemes[name];
  const authorizer = given?.["x-amazon-apigateway-authorizer"];
  if (given === undefined || authorizer === undefined) return [];
  const { identitySource = "", authorizerUri: uri } = authorizer;
  // Mutants of the same kind that differ only in the model are made once.
  const credential =
    security.length > 1
      ? given.name === KEY_SCHEME.name
        ? "a key"
        : "a bearer key"
      : uri === undefined
        ? "a user pool's token"
        : "an issuer's token";
  const withScheme = (kind: string, members: object): TokenChange => [
    `an authorizer of ${credential} with ${kind}`,
    (_, { components }) => {
      components.securitySchemes = { ...components.securitySchemes, [name]: { ...given, ...members } };
    },
    ["refused"],
  ];
  const withAuthorizer = (
    kind: string,
    members: { [Name in keyof Authorizer]?: string | undefined },
  ): TokenChange => withScheme(kind, { "x-amazon-apigateway-authorizer": { ...authorizer, ...members } });
  return [
    withScheme("another header name", { name: "Accept" }),
    withScheme("another place of the credential", { in: "query" }),
    withScheme("another kind", { "x-amazon-apigateway-authtype": "other" }),
    withAuthorizer("another type", { type: "token" }),
    withAuthorizer("another identity source", {
      identitySource: "method.request.header.Accept",
    }),
    ...(uri === undefined
      ? []
      : [
          withAuthorizer("a second identity source", {
            identitySource: `${identitySource}, method.request.header.Accept`,
          }),
          withAuthorizer("no identity source", { identitySource: undefined }),
          withAuthorizer("another function", {
            authorizerUri: uri.replace(/-authorizer\//, "-other-authorizer/"),
          }),
          withAuthorizer("a function of another account", {
            authorizerUri: uri.replace(/:\d{12}:function:/, `:${OTHER_ACCOUNT}:function:`),
          }),
        ]),
  ];
}

/** An authorizer with the code of other required tokens. {@link authorizerMutants} has the code of other customers. */
function packageMutants(operation: Operation, subject: string, stack: ResolvedStack): Mutant[] {
  if (operation["x-required-token"] === undefined) return [];
  const functions = stack
    .all("aws_lambda_function")
    .filter((fn) => fn.text("function_name").endsWith(`-${AUTHORIZER}`));
  return functions.map((fn) => ({
    kind: "an authorizer of an issuer's token with another package, e.g. with another issuer",
    description: `${fn.text("function_name")}: another package, for ${subject}`,
    subject,
    change: (terraform) => Object.assign(valuesOf(terraform, fn), { source_code_hash: "other" }),
    killedBy: ["refused"],
  }));
}

/** A usage plan's stage. */
interface PlannedStage {
  readonly api_id: string;
  readonly stage: string;
  readonly throttle?: readonly {
    readonly path: string;
    readonly rate_limit: number;
    readonly burst_limit: number;
  }[];
}

/** Changes of keys, of their usage plans, and of the authorizer that knows the keys of customers. */
function keyMutants(stack: ResolvedStack): Mutant[] {
  const subjects = routesWithKeys(stack);
  const [subject, ...others] = subjects;
  if (subject === undefined) return [];
  const plans = stack.all("aws_api_gateway_usage_plan");
  const mutant = (
    kind: string,
    description: string,
    change: Mutant["change"],
    killedBy: readonly Fault[],
    of: string = subject,
  ): Mutant => ({ kind, description: `${description}: ${kind}`, subject: of, change, killedBy });
  const ofPlans = plans.flatMap((plan): Mutant[] => {
    const name = plan.text("name");
    const own = plannedRoutes(plan).map((route) => `route ${route} of ${stack.name}`);
    const [of = subject] = own;
    const withStages =
      (change: (stages: readonly PlannedStage[]) => readonly PlannedStage[]) =>
      (terraform: TerraformJson) => {
        const values = valuesOf(terraform, plan);
        values.api_stages = change(
          values.api_stages as unknown as readonly PlannedStage[],
        ) as unknown as Json[];
      };
    const another = (one: PlannedStage): PlannedStage => ({ ...one, stage: `${one.stage}-other` });
    return [
      mutant(
        "a usage plan for another stage",
        name,
        withStages((all) => all.map(another)),
        ["used, not granted", "refused"],
        of,
      ),
      mutant(
        "a usage plan without a stage",
        name,
        withStages(() => []),
        ["used, not granted", "refused"],
        of,
      ),
      // Without customers, the plan limits no single route, and the environment's key opens every route.
      ...(own.length === 0
        ? []
        : [
            mutant(
              "a usage plan for a second stage",
              name,
              withStages((all) => [...all, ...all.map((one) => ({ ...another(one), throttle: [] }))]),
              ["allowed, must be denied"],
              of,
            ),
            mutant(
              "a usage plan with one more route",
              name,
              withStages((all) =>
                all.map((one) => ({
                  ...one,
                  throttle: [...(one.throttle ?? []), { path: "/other/POST", rate_limit: 1, burst_limit: 1 }],
                })),
              ),
              ["refused"],
              of,
            ),
            mutant(
              "a usage plan without its routes",
              name,
              withStages((all) => all.map((one) => ({ ...one, throttle: [] }))),
              ["refused"],
              of,
            ),
          ]),
    ];
  });
  const ofKeys = stack
    .all("aws_api_gateway_api_key")
    .map((key) =>
      mutant(
        "a key with a value that the Terraform contains",
        key.text("name"),
        (terraform) => Object.assign(valuesOf(terraform, key), { value: "known-to-others-0000000000" }),
        ["refused"],
      ),
    );
  const ofLinks = stack.all("aws_api_gateway_usage_plan_key").map((link) => {
    const plan = plans.find((one) => one.text("id") === link.text("usage_plan_id"));
    const [route] = plan === undefined ? [] : plannedRoutes(plan);
    return mutant(
      "a key without a usage plan",
      link.text("key_id"),
      ({ resource }) => {
        delete resource[link.type]?.[link.address.slice(link.type.length + 1)];
      },
      ["used, not granted"],
      route === undefined ? subject : `route ${route} of ${stack.name}`,
    );
  });
  return [...ofPlans, ...ofKeys, ...ofLinks, ...authorizerMutants(stack, [subject, ...others])];
}

/** The routes that a usage plan limits, as `<METHOD> <path>`. */
function plannedRoutes(plan: Resource): string[] {
  const stages = plan.get("api_stages") as unknown as readonly PlannedStage[];
  return stages.flatMap(({ throttle = [] }) =>
    throttle.map(({ path }) => {
      const slash = path.lastIndexOf("/");
      return `${path.slice(slash + 1)} ${path.slice(0, slash)}`;
    }),
  );
}

/** The subjects of the routes that require a key. */
function routesWithKeys(stack: ResolvedStack): string[] {
  return stack.all("aws_api_gateway_rest_api").flatMap((api) => {
    const { paths }: ApiDocument = JSON.parse(api.text("body"));
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { security }]) =>
        security.some((required) => "api_key" in required)
          ? [`route ${method.toUpperCase()} ${path} of ${stack.name}`]
          : [],
      ),
    );
  });
}

/** Changes of the authorizer: its digests of keys, its package, and its place on the routes of customers. */
function authorizerMutants(stack: ResolvedStack, subjects: readonly string[]): Mutant[] {
  const variable = `environment.variables.${CUSTOMER_KEYS}`;
  const fn = stack.all("aws_lambda_function").find((one) => one.get(variable) !== undefined);
  if (fn === undefined) return [];
  const entries = fn.text(variable).split(BETWEEN_CUSTOMERS);
  const withDigests = (changed: readonly string[]) => (terraform: TerraformJson) => {
    const values = valuesOf(terraform, fn);
    values.environment = { variables: { [CUSTOMER_KEYS]: changed.join(BETWEEN_CUSTOMERS) } };
  };
  const name = fn.text("function_name");
  const of = (subject: string): Mutant[] => {
    const mutant = (kind: string, change: Mutant["change"], killedBy: readonly Fault[]): Mutant => ({
      kind,
      description: `${name}: ${kind}, for ${subject}`,
      subject,
      change,
      killedBy,
    });
    return [
      mutant(
        "an authorizer with another package, e.g. with one more route of a customer",
        (terraform) => Object.assign(valuesOf(terraform, fn), { source_code_hash: "other" }),
        ["refused"],
      ),
      ...entries.flatMap((entry, index) => {
        const [customer = "", ...digests] = entry.split(BETWEEN_DIGESTS);
        const next = entries[(index + 1) % entries.length];
        const [other = ""] = next?.split(BETWEEN_DIGESTS) ?? [];
        const rest = entries.filter((one) => one !== entry && one !== next);
        return [
          ...(next === undefined || next === entry
            ? []
            : [
                mutant(
                  `the keys of ${customer} as keys of ${other}`,
                  withDigests([[next, ...digests].join(BETWEEN_DIGESTS), ...rest]),
                  ["allowed, must be denied", "used, not granted", "refused"],
                ),
              ]),
          mutant(
            `an authorizer without the keys of ${customer}`,
            withDigests(entries.filter((one) => one !== entry)),
            ["used, not granted", "refused"],
          ),
        ];
      }),
    ];
  };
  return subjects.flatMap(of);
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

/** Other settings of the sign-in, each of which lets more people become signed-in users. */
function signInMutants(stack: ResolvedStack): Mutant[] {
  const registrations = stack.all("aws_cognito_user_pool").map((pool): Mutant => {
    const subject = `user pool ${pool.text("name")}`;
    return {
      kind: "a user pool in which every visitor can create a user",
      description: `${subject}: self-registration`,
      subject,
      change: (terraform) =>
        Object.assign(valuesOf(terraform, pool), {
          admin_create_user_config: { allow_admin_create_user_only: false },
        }),
      killedBy: ["allowed, must be denied"],
    };
  });
  const changes = SIGN_IN_CHANGES.flatMap(([type, argument, value]) =>
    stack.all(type).map(
      (resource): Mutant => ({
        kind: "a weaker sign-in",
        description: `${resource.address}: ${argument} ${JSON.stringify(value)}`,
        subject: resource.address,
        change: (terraform) => Object.assign(valuesOf(terraform, resource), { [argument]: value }),
        killedBy: ["refused"],
      }),
    ),
  );
  return [...registrations, ...changes, ...weakerMfa(stack), ...weakerProviders(stack)];
}

/** Other values of the setting for one-time codes. */
function weakerMfa(stack: ResolvedStack): Mutant[] {
  return stack
    .all("aws_cognito_user_pool")
    .flatMap((pool) =>
      ["OPTIONAL", "OFF"]
        .filter((mfa) => mfa !== pool.get("mfa_configuration"))
        .map((mfa) => weakerSignIn(pool, `mfa_configuration ${mfa}`, () => ({ mfa_configuration: mfa }))),
    );
}

/** The providers of the stack without the check of tokens, and one more provider. */
function weakerProviders(stack: ResolvedStack): Mutant[] {
  const argument = "cognito_identity_providers";
  return stack.all("aws_cognito_identity_pool").flatMap((pool) => [
    weakerSignIn(pool, "tokens not checked with the user pool", (values) => ({
      [argument]: objectsIn(values[argument]).map((one) => ({ ...one, server_side_token_check: false })),
    })),
    weakerSignIn(pool, "one more provider", (values) => ({
      [argument]: [...objectsIn(values[argument]), { client_id: "other", provider_name: "other" }],
    })),
  ]);
}

function weakerSignIn(
  resource: Resource,
  description: string,
  change: (values: JsonObject) => JsonObject,
): Mutant {
  return {
    kind: "a weaker sign-in",
    description: `${resource.address}: ${description}`,
    subject: resource.address,
    change: (terraform) => {
      const values = valuesOf(terraform, resource);
      Object.assign(values, change(values));
    },
    killedBy: ["refused"],
  };
}

function objectsIn(list: JsonObject[string] | undefined): JsonObject[] {
  return Array.isArray(list) ? (list as JsonObject[]) : [];
}

const SIGN_IN_CHANGES: readonly (readonly [type: string, argument: string, value: JsonObject[string]])[] = [
  ["aws_cognito_identity_pool", "allow_unauthenticated_identities", true],
  ["aws_cognito_identity_pool", "allow_classic_flow", true],
  ["aws_cognito_identity_pool", "developer_provider_name", "own"],
  ["aws_cognito_identity_pool", "supported_login_providers", { "accounts.google.com": "1" }],
  [
    "aws_cognito_identity_pool",
    "cognito_identity_providers",
    [{ client_id: "other", provider_name: "other", server_side_token_check: true }],
  ],
  ["aws_cognito_identity_pool_roles_attachment", "roles", { unauthenticated: "arn:aws:iam::aws:role/any" }],
  ["aws_cognito_identity_pool_roles_attachment", "role_mapping", [{ identity_provider: "any" }]],
  ["aws_cognito_user_pool", "lambda_config", { pre_sign_up: "arn:aws:lambda:eu-central-1:1:function:f" }],
  ["aws_cognito_user_pool_client", "allowed_oauth_flows", ["code", "implicit"]],
  ["aws_cognito_user_pool_client", "explicit_auth_flows", ["ALLOW_USER_PASSWORD_AUTH"]],
  ["aws_cognito_user_pool_client", "callback_urls", ["https://www.example.com/"]],
  ["aws_cognito_user_pool_client", "logout_urls", ["https://www.example.com/"]],
  ["aws_cognito_user_pool_client", "enable_token_revocation", false],
  ["aws_cognito_user_pool_client", "access_token_validity", 1440],
  ["aws_cognito_user_pool_client", "id_token_validity", 1440],
  ["aws_cognito_user_pool_client", "refresh_token_validity", 1440],
  ["aws_cognito_user_pool_client", "token_validity_units", [{ id_token: "days" }]],
  ["aws_cognito_user_pool_client", "allowed_oauth_scopes", ["openid", "aws.cognito.signin.user.admin"]],
  ["aws_cognito_user_pool_client", "supported_identity_providers", ["COGNITO", "Google"]],
];

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
