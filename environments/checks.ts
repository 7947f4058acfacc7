import { posix } from "node:path";
import { catalog } from "../functions/catalog";
import type { Environment, ModelSettings, StageSettings } from "./environment";
import { ROUTE_ACCESS } from "./environment";

/** One rule that one environment breaks. */
export interface Fault {
  /** The environment's name. */
  readonly environment: string;
  /** The field, e.g. `models.breast-cancer.serverless.memorySizeInMb`. */
  readonly field: string;
  /** The value that stands there, as a person would write it. */
  readonly got: string;
  /** What may stand there. */
  readonly allowed: string;
  /** Where the limit comes from, or why the rule exists. */
  readonly because: string;
}

/** Thrown where environments break rules; `message` is the whole list. */
export class InvalidEnvironments extends Error {
  override readonly name = "InvalidEnvironments";

  constructor(readonly faults: readonly Fault[]) {
    super([`${faults.length} fault(s) in environments/:`, ...faults.map(describeFault)].join("\n"));
  }
}

/** A fault in one line. */
export function describeFault({ environment, field, got, allowed, because }: Fault): string {
  return `  ${environment}: ${field}: got ${got}; allowed: ${allowed} (${because})`;
}

/**
 * Every fault of every environment.
 *
 * @returns an empty list where all is well
 */
export function checkEnvironments(environments: readonly Environment[]): Fault[] {
  return [...environments.flatMap(checkEnvironment), ...checkTogether(environments)];
}

const SERVERLESS_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html";
const THROTTLING_SOURCE = "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html";
const RETENTION_SOURCE =
  "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html";
const TAGS_SOURCE = "https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html";
const BUCKET_SOURCE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html";
const ECR_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-containers-inference-private.html";

const NAME = /^[a-z][a-z0-9-]{0,15}$/;
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** No `*`, which S3 allows and IAM reads as a wildcard: the key becomes the resource of a policy. */
const ARTIFACT = /^s3:\/\/([^/]+)\/[A-Za-z0-9/!_.'()-]+\.tar\.gz$/;
const ECR_IMAGE =
  /^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/[a-z0-9]+(?:[._/-][a-z0-9]+)*(?::[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/;
const REPOSITORY = /^[a-z0-9]+(?:[._/-][a-z0-9]+)*$/;
const TAG = /^[\w][\w.-]{0,127}$/;
const ORIGIN = /^(\*|https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?)$/;
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

const MEMORY_SIZES_IN_MB = [1024, 2048, 3072, 4096, 5120, 6144];
const MOST_CONCURRENCY = 200;
const MOST_REQUESTS_PER_SECOND = 10_000;
const MOST_REQUESTS_AT_ONCE = 5_000;
const MOST_TAGS = 47;
const RETENTION_STEPS_IN_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
/** The account-wide stack's name, and the local stage's path of the SageMaker runtime. */
const RESERVED_NAMES = ["account", "endpoints"];

/** Collects faults below one field. */
class Report {
  constructor(
    private readonly environment: string,
    private readonly faults: Fault[],
    private readonly prefix = "",
  ) {}

  in(field: string): Report {
    return new Report(this.environment, this.faults, `${this.prefix}${field}.`);
  }

  require(holds: boolean, field: string, got: unknown, allowed: string, because: string): void {
    if (holds) return;
    this.faults.push({
      environment: this.environment,
      field: this.prefix + field,
      got: show(got),
      allowed,
      because,
    });
  }

  requireWholeNumber(value: number, field: string, least: number, most: number, because: string): void {
    const holds = Number.isInteger(value) && value >= least && value <= most;
    this.require(holds, field, value, `a whole number from ${least} to ${most}`, because);
  }
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

function checkEnvironment(environment: Environment): Fault[] {
  const faults: Fault[] = [];
  const { name, region, accountId, state, stage, models } = environment;
  const report = new Report(String(name), faults);

  report.require(
    NAME.test(name) && !RESERVED_NAMES.includes(name),
    "name",
    name,
    `1–16 characters a-z, 0-9, -, starting with a letter, other than ${RESERVED_NAMES.join(", ")}`,
    "it is part of names of at most 63 characters: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html",
  );
  report.require(
    REGION.test(region),
    "region",
    region,
    "an AWS region such as eu-central-1",
    "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html",
  );
  if (accountId !== undefined) {
    report.require(
      /^\d{12}$/.test(accountId),
      "accountId",
      accountId,
      "12 digits, as text",
      "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html",
    );
  } else {
    report.require(
      environment.protected !== true,
      "accountId",
      accountId,
      "12 digits, as text",
      "a protected environment is pinned to its account",
    );
  }
  checkTags(environment.tags ?? {}, report);
  checkState(state, report.in("state"));
  checkStage(stage, report.in("stage"));

  report.require(
    Object.keys(models).length > 0,
    "models",
    models,
    "at least one model",
    "a stage without routes cannot be deployed",
  );
  for (const [model, settings] of Object.entries(models)) {
    const known = Object.keys(catalog);
    report.require(known.includes(model), `models.${model}`, model, known.join(", "), "functions/catalog.ts");
    checkModel(settings, environment, report.in(`models.${model}`));
  }
  return faults;
}

function checkTags(tags: Readonly<Record<string, string>>, report: Report): void {
  const count = Object.keys(tags).length;
  report.require(count <= MOST_TAGS, "tags", count, `at most ${MOST_TAGS} tags`, TAGS_SOURCE);
  for (const [key, value] of Object.entries(tags)) {
    const keyHolds =
      key.length >= 1 && key.length <= 128 && TAG_TEXT.test(key) && !key.toLowerCase().startsWith("aws:");
    report.require(
      keyHolds,
      "tags",
      key,
      "a key of 1–128 letters, digits, spaces and _.:/=+-@ that does not start with aws:",
      TAGS_SOURCE,
    );
    report.require(
      !["Environment", "Model"].includes(key),
      "tags",
      key,
      "another key",
      "the stack sets this tag itself",
    );
    report.require(
      value.length <= 256 && TAG_TEXT.test(value),
      `tags.${key}`,
      value,
      "at most 256 letters, digits, spaces and _.:/=+-@",
      TAGS_SOURCE,
    );
  }
}

function checkState(state: Environment["state"], report: Report): void {
  if ("local" in state) {
    const { path } = state.local;
    const parts = posix.normalize(path.replaceAll("\\", "/")).split("/");
    report.require(
      path !== "" && !/^([/\\]|[A-Za-z]:)/.test(path) && !parts.includes(".."),
      "local.path",
      path,
      "a path inside the project's folder",
      "the stack is the same wherever the project lies",
    );
    report.require(
      parts[0] !== "cdktf.out",
      "local.path",
      path,
      "a path outside cdktf.out",
      "cdktf.out is made anew at every synthesis",
    );
    return;
  }
  const { bucket, key, region } = state.s3;
  report.require(
    BUCKET.test(bucket),
    "s3.bucket",
    bucket,
    "3–63 characters a-z, 0-9, . and -",
    BUCKET_SOURCE,
  );
  report.require(
    key !== "" && !key.startsWith("/"),
    "s3.key",
    key,
    "a key that does not start with a slash",
    "https://developer.hashicorp.com/terraform/language/backend/s3",
  );
  if (region !== undefined) {
    report.require(
      REGION.test(region),
      "s3.region",
      region,
      "an AWS region such as eu-central-1",
      "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html",
    );
  }
}

function checkStage(
  { throttling, logRetentionInDays, corsAllowOrigin }: StageSettings,
  report: Report,
): void {
  report.requireWholeNumber(
    throttling.rateLimit,
    "throttling.rateLimit",
    1,
    MOST_REQUESTS_PER_SECOND,
    THROTTLING_SOURCE,
  );
  report.requireWholeNumber(
    throttling.burstLimit,
    "throttling.burstLimit",
    1,
    MOST_REQUESTS_AT_ONCE,
    THROTTLING_SOURCE,
  );
  report.require(
    RETENTION_STEPS_IN_DAYS.includes(logRetentionInDays),
    "logRetentionInDays",
    logRetentionInDays,
    RETENTION_STEPS_IN_DAYS.join(", "),
    RETENTION_SOURCE,
  );
  if (corsAllowOrigin !== undefined) {
    report.require(
      ORIGIN.test(corsAllowOrigin),
      "corsAllowOrigin",
      corsAllowOrigin,
      "* or one origin without a path, e.g. https://www.example.com",
      "https://developer.mozilla.org/docs/Web/HTTP/Headers/Access-Control-Allow-Origin",
    );
  }
}

function checkModel(
  { artifact, image, serverless, access }: ModelSettings,
  { region }: Environment,
  report: Report,
): void {
  const bucket = ARTIFACT.exec(artifact)?.[1];
  report.require(
    bucket !== undefined && BUCKET.test(bucket),
    "artifact",
    artifact,
    "s3://<bucket>/<key>.tar.gz",
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html",
  );

  if ("uri" in image) {
    const imageRegion = ECR_IMAGE.exec(image.uri)?.[1];
    report.require(
      imageRegion === region,
      "image.uri",
      image.uri,
      `<account>.dkr.ecr.${region}.amazonaws.com/<repository>:<tag> or …@sha256:<digest>`,
      ECR_SOURCE,
    );
  } else {
    report.require(
      REPOSITORY.test(image.algorithm),
      "image.algorithm",
      image.algorithm,
      "a repository such as linear-learner or sagemaker-xgboost",
      "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/sagemaker_prebuilt_ecr_image",
    );
    report.require(
      TAG.test(image.tag),
      "image.tag",
      image.tag,
      "an image tag such as 1 or 1.7-1",
      "https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html",
    );
  }

  const { memorySizeInMb, maxConcurrency, provisionedConcurrency } = serverless;
  report.require(
    MEMORY_SIZES_IN_MB.includes(memorySizeInMb),
    "serverless.memorySizeInMb",
    memorySizeInMb,
    MEMORY_SIZES_IN_MB.join(", "),
    SERVERLESS_SOURCE,
  );
  report.requireWholeNumber(
    maxConcurrency,
    "serverless.maxConcurrency",
    1,
    MOST_CONCURRENCY,
    SERVERLESS_SOURCE,
  );
  if (provisionedConcurrency !== undefined) {
    report.requireWholeNumber(
      provisionedConcurrency,
      "serverless.provisionedConcurrency",
      1,
      Math.min(maxConcurrency, MOST_CONCURRENCY),
      SERVERLESS_SOURCE,
    );
  }
  if (access !== undefined) {
    report.require(
      ROUTE_ACCESS.includes(access),
      "access",
      access,
      ROUTE_ACCESS.join(", "),
      "environments/environment.ts",
    );
  }
}

/** Rules between environments. */
function checkTogether(environments: readonly Environment[]): Fault[] {
  const faults: Fault[] = [];
  const names = new Set<string>();
  const states = new Map<string, string>();
  for (const { name, state } of environments) {
    const report = new Report(name, faults);
    report.require(
      !names.has(name),
      "name",
      name,
      "a name of its own",
      "the stack is named as the environment",
    );
    names.add(name);

    const place =
      "local" in state ? posix.normalize(state.local.path) : `s3://${state.s3.bucket}/${state.s3.key}`;
    const other = states.get(place);
    report.require(
      other === undefined,
      "state",
      place,
      "a place of its own",
      `${other} keeps its state there, and would be destroyed`,
    );
    states.set(place, name);
  }
  return faults;
}
