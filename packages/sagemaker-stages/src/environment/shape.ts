import * as z from "zod";
import type {
  CallerSettings,
  Environment,
  ExistingVpc,
  Invocation,
  LocalState,
  NewVpc,
  QuotaSettings,
  S3State,
  StageSettings,
  WebsiteSettings,
} from "./environment";
import type {
  AlgorithmImage,
  CanaryShift,
  DataCaptureSettings,
  DeploymentSettings,
  EcrImage,
  FunctionSettings,
  FunctionUrlSettings,
  InstanceScaling,
  InstanceSettings,
  LinearShift,
  ModelSettings,
  NewEndpoint,
  ProvisionedConcurrencyScaling,
  RollbackSettings,
  ScalingSettings,
  ServerlessSettings,
} from "./model-settings";
import { inWords } from "./report";

/** One place where an environment is not of the type {@link Environment}. */
export interface ShapeFault {
  /** The field, e.g. `models.breast-cancer.serverless.memorySizeInMb`. */
  readonly field: string;
  /** The value, or its kind where it could hold a secret. */
  readonly got: unknown;
  /** What may stand there. */
  readonly allowed: string;
}

/** A schema for every property of a type, and for no other. */
export type Properties<T> = Record<T extends T ? keyof T : never, z.ZodType>;

const text = z.string();
const number = z.number();

const image = z.union([
  z.strictObject({ algorithm: text, tag: text } satisfies Properties<AlgorithmImage>),
  z.strictObject({ uri: text } satisfies Properties<EcrImage>),
]);

const scaling = {
  minCapacity: number,
  maxCapacity: number,
  scaleInCooldownInSeconds: z.optional(number),
  scaleOutCooldownInSeconds: z.optional(number),
} satisfies Properties<ScalingSettings>;

const serverless = z.strictObject({
  memorySizeInMb: number,
  maxConcurrency: number,
  provisionedConcurrency: z.optional(number),
  autoscaling: z.optional(
    z.strictObject({
      ...scaling,
      targetUtilization: number,
    } satisfies Properties<ProvisionedConcurrencyScaling>),
  ),
} satisfies Properties<ServerlessSettings>);

const instances = z.strictObject({
  instanceType: text,
  initialInstanceCount: number,
  autoscaling: z.optional(
    z.strictObject({
      ...scaling,
      targetInvocationsPerInstance: number,
    } satisfies Properties<InstanceScaling>),
  ),
  modelDataDownloadTimeoutInSeconds: z.optional(number),
  containerStartupHealthCheckTimeoutInSeconds: z.optional(number),
} satisfies Properties<InstanceSettings>);

const dataCapture = z.strictObject({
  destination: text,
  samplingPercentage: number,
  captureModes: z.optional(z.array(text)),
  kmsKeyArn: z.optional(text),
} satisfies Properties<DataCaptureSettings>);

const shift = z.strictObject({ percent: number, waitInSeconds: number } satisfies Properties<
  CanaryShift["canary"] & LinearShift["linear"]
>);

const deployment = z.strictObject({
  // Both together are told so by a rule.
  trafficShift: z.optional(
    z
      .strictObject({ canary: z.optional(shift), linear: z.optional(shift) } satisfies Properties<
        CanaryShift | LinearShift
      >)
      .refine(({ canary, linear }) => canary !== undefined || linear !== undefined, "canary or linear"),
  ),
  terminationWaitInSeconds: z.optional(number),
  maximumExecutionTimeoutInSeconds: z.optional(number),
  rollbackOn: z.optional(
    z.strictObject({
      serverErrorsPerMinute: z.optional(number),
      modelLatencyInMs: z.optional(number),
      alarmNames: z.optional(z.array(text)),
    } satisfies Properties<RollbackSettings>),
  ),
} satisfies Properties<DeploymentSettings>);

/** Every setting of every kind of new endpoint: which of them exclude or need each other is a rule, told with its reason. */
const newEndpoint = {
  artifact: z.optional(text),
  artifactKeyArn: z.optional(text),
  image: z.optional(image),
  containerEnvironment: z.optional(z.record(text, text)),
  deployment: z.optional(deployment),
  serverless: z.optional(serverless),
  instances: z.optional(instances),
  inNetwork: z.optional(z.boolean()),
  networkIsolation: z.optional(z.boolean()),
  volumeKeyArn: z.optional(text),
  dataCapture: z.optional(dataCapture),
} satisfies Properties<NewEndpoint>;

const newFunction = {
  memorySizeInMb: z.optional(number),
  reservedConcurrency: z.optional(number),
} satisfies Properties<FunctionSettings>;

/** Every setting of every kind of model, as above. */
const model = z.strictObject({
  ...newEndpoint,
  existingEndpoint: z.optional(text),
  access: z.optional(text),
  functionUrl: z.optional(
    z.strictObject({ corsAllowOrigins: z.optional(z.array(text)) } satisfies Properties<FunctionUrlSettings>),
  ),
  function: z.optional(z.strictObject(newFunction)),
  existingFunction: z.optional(text),
  existingFunctionRole: z.optional(text),
  sagemakerEnvironmentVariableName: z.optional(text),
  tags: z.optional(z.record(text, text)),
} satisfies Properties<ModelSettings>);

const state = z.union([
  z.strictObject({
    local: z.strictObject({ path: text } satisfies Properties<LocalState["local"]>),
  } satisfies Properties<LocalState>),
  z.strictObject({
    s3: z.strictObject({
      bucket: text,
      key: text,
      region: z.optional(text),
    } satisfies Properties<S3State["s3"]>),
  } satisfies Properties<S3State>),
]);

const stage = z.strictObject({
  throttling: z.strictObject({
    rateLimit: number,
    burstLimit: number,
  } satisfies Properties<StageSettings["throttling"]>),
  logRetentionInDays: number,
  accessLogs: z.optional(z.boolean()),
  corsAllowOrigin: z.optional(text),
  logErrorMessages: z.optional(z.boolean()),
} satisfies Properties<StageSettings>);

const caller = z.strictObject({
  mayInvoke: z.array(z.strictObject({ model: text, by: text } satisfies Properties<Invocation>)),
  roles: z.optional(z.array(text)),
  users: z.optional(z.array(text)),
  groups: z.optional(z.array(text)),
} satisfies Properties<CallerSettings>);

const newVpc = z.strictObject({
  cidrBlock: z.optional(text),
  availabilityZones: z.array(text),
} satisfies Properties<NewVpc["vpc"]>);

const existingVpc = z.strictObject({
  subnetIds: z.array(text),
  securityGroupIds: z.array(text),
} satisfies Properties<ExistingVpc["existing"]>);

/** Both together are told so by a rule. */
const network = z
  .strictObject({
    vpc: z.optional(newVpc),
    existing: z.optional(existingVpc),
  } satisfies Properties<NewVpc | ExistingVpc>)
  .refine(({ vpc, existing }) => vpc !== undefined || existing !== undefined, "vpc or existing");

const environment = z.strictObject({
  name: text,
  project: z.optional(text),
  region: text,
  accountId: z.optional(text),
  protected: z.optional(z.boolean()),
  permissionsBoundary: z.optional(z.boolean()),
  tags: z.optional(z.record(text, text)),
  state,
  stage,
  website: z.optional(z.strictObject({ priceClass: z.optional(text) } satisfies Properties<WebsiteSettings>)),
  quotas: z.optional(
    z.strictObject({
      serverlessConcurrency: z.optional(number),
      serverlessEndpoints: z.optional(number),
      lambdaConcurrency: z.optional(number),
      usagePlans: z.optional(number),
      apiResources: z.optional(number),
      roles: z.optional(number),
    } satisfies Properties<QuotaSettings>),
  ),
  network: z.optional(network),
  models: z.record(text, model),
  callers: z.optional(z.record(text, caller)),
} satisfies Properties<Environment>);

/** Parts of an environment that stand elsewhere, too. */
export const shapes = {
  newEndpoint: z.strictObject(newEndpoint),
  /** Properties, for a type that has more. */
  newFunction,
  newVpc,
  existingVpc,
  state,
} as const;

/**
 * Where a value is not of the type {@link Environment}: properties that are missing, misspelt or of another type.
 * The compiler says the same, but nothing runs it before a deployment, and a misspelt `protected` protects nothing.
 * What the values may be is checked elsewhere.
 */
export function findShapeFaults(value: unknown): ShapeFault[] {
  return findFaultsOfShape(
    environment,
    value,
    (path) => `environments/${path[0] === "models" ? "model-settings" : "environment"}.ts`,
  );
}

/**
 * Where a value is not of the shape that a schema says.
 *
 * @param documentation - the file that says which properties there are beside a misspelt one
 */
export function findFaultsOfShape(
  schema: z.ZodType,
  value: unknown,
  documentation: (path: readonly PropertyKey[]) => string,
): ShapeFault[] {
  const parsed = schema.safeParse(value);
  if (parsed.success) return [];
  return parsed.error.issues.flatMap((issue) => describe(issue, [], { value, documentation }));
}

/** What is described. */
interface Described {
  readonly value: unknown;
  readonly documentation: (path: readonly PropertyKey[]) => string;
}

function describe(
  issue: z.core.$ZodIssue,
  above: readonly PropertyKey[],
  described: Described,
): ShapeFault[] {
  const { value, documentation } = described;
  const path = [...above, ...issue.path];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        field: [...path, key].join("."),
        got: kindOf(at(value, [...path, key])),
        allowed: `no property of this name; ${documentation(path)} says which there are`,
      }));
    case "invalid_union":
      return describeUnion(issue, path, described);
    case "invalid_type":
      return [
        { field: path.join("."), got: shown(value, path), allowed: `a value of the type ${typeName(issue)}` },
      ];
    default:
      return [{ field: path.join("."), got: shown(value, path), allowed: issue.message }];
  }
}

/** The form that is nearest to being right says what is wrong; where none is nearer, all of them do. */
function describeUnion(
  { errors }: z.core.$ZodIssueInvalidUnion,
  path: readonly PropertyKey[],
  described: Described,
): ShapeFault[] {
  const forms = errors.map((issues) => issues.flatMap((issue) => describe(issue, path, described)));
  const fewest = Math.min(...forms.map((form) => form.length));
  const nearest = forms.filter((form) => form.length === fewest);
  const [only = []] = nearest;
  const field = path.join(".");
  // Where no form fits at all, each says so of the whole field, and in the same words.
  if (nearest.length === 1 || nearest.flat().every((fault) => fault.field === field)) return only;
  const allowed = nearest.map((form) => form.map(({ field }) => field).join(" and "));
  return [{ field, got: shown(described.value, path), allowed: `either ${allowed.join(", or ")}` }];
}

/** A record is an object whose keys are names that a user gives. */
function typeName({ expected }: z.core.$ZodIssueInvalidType): string {
  return expected === "record" ? "object" : expected;
}

/** Variables of a container or a function may be secrets after all, and so may be what stands in a misspelt property. */
function shown(value: unknown, path: readonly PropertyKey[]): unknown {
  const found = at(value, path);
  const isSimple = typeof found !== "object" || found === null;
  const isVariable = path.includes("containerEnvironment") || path.includes("environment");
  return isSimple && !isVariable ? found : kindOf(found);
}

/** Tells of a value without its content. */
function kindOf(value: unknown): unknown {
  if (value === undefined || value === null || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.length === 0 ? value : inWords("a list");
  if (typeof value === "string") return inWords("a text");
  if (typeof value !== "object") return inWords(`a ${typeof value}`);
  return Object.keys(value).length === 0 ? value : inWords("an object");
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (parent, key) => (typeof parent === "object" && parent !== null ? Reflect.get(parent, key) : undefined),
    value,
  );
}
