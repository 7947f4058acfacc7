import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { catalog } from "../functions/catalog";
import { checkCallers, checkCallersTogether } from "./caller-checks";
import type { Environment, ModelSettings, QuotaSettings, StageSettings } from "./environment";
import { domainOf, PRICE_CLASSES, partitionOf, ROUTE_ACCESS, routeAccess } from "./environment";
import { checkNetwork } from "./network-checks";
import { findQuotaFaults, isQuotaValue, MOST_CONCURRENCY } from "./quotas";
import { findShapeFaults } from "./shape";

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
 * Every fault of every environment. Values are looked at only in environments whose properties are all right.
 *
 * @returns an empty list where all is well
 */
export function checkEnvironments(environments: readonly Environment[]): Fault[] {
  const misshapen = environments.map(checkShape);
  const wellShaped = environments.filter((_, index) => misshapen[index]?.length === 0);
  return [...misshapen.flat(), ...wellShaped.flatMap(checkEnvironment), ...checkTogether(wellShaped)];
}

function checkShape(environment: Environment): Fault[] {
  return findShapeFaults(environment).map(({ field, got, allowed }) => ({
    environment: String(environment?.name ?? "(without a name)"),
    field,
    got: show(got),
    allowed,
    because: "a property that is missing, misspelt or of another type would not do what it says",
  }));
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

const ORIGIN_SOURCE = "https://developer.mozilla.org/docs/Web/HTTP/Headers/Access-Control-Allow-Origin";
const ORIGIN_ALLOWED = "* or one origin without a path, e.g. https://www.example.com";

const NAME = /^[a-z][a-z0-9-]{0,15}$/;
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;
/** Partitions whose names and domains this project does not know. */
const OTHER_PARTITIONS = /^(us-iso|eu-iso|eusc)/;
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** No `*`, which S3 allows and IAM reads as a wildcard: the key becomes the resource of a policy. */
const ARTIFACT = /^s3:\/\/([^/]+)\/[A-Za-z0-9/!_.'()-]+\.tar\.gz$/;
/** Characters that need no thought in a key (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html). */
const STATE_KEY = /^[A-Za-z0-9!_.*'()-]+(?:\/[A-Za-z0-9!_.*'()-]+)*$/;
/** Relative. Terraform reads `${` and `%{` as its own. */
const PATH = /^[A-Za-z0-9_.-][A-Za-z0-9_.\\/-]*$/;
const ECR_IMAGE =
  /^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.(amazonaws\.com(?:\.cn)?)\/[a-z0-9]+(?:[._/-][a-z0-9]+)*(?::[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/;
const REPOSITORY = /^[a-z0-9]+(?:[._/-][a-z0-9]+)*$/;
const TAG = /^[\w][\w.-]{0,127}$/;
const ORIGIN = /^(\*|https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?)$/;
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

const MEMORY_SIZES_IN_MB = [1024, 2048, 3072, 4096, 5120, 6144];
const MOST_REQUESTS_PER_SECOND = 10_000;
const MOST_REQUESTS_AT_ONCE = 5_000;
const MOST_TAGS = 47;
const MOST_ORIGINS = 100;
const RETENTION_STEPS_IN_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
/** The account-wide stack's name, and paths of the local stage. */
const RESERVED_NAMES = ["account", "endpoints", "website"];

const PROJECT = join(__dirname, "..");

function partsOf(path: string): string[] {
  return posix.normalize(path.replaceAll("\\", "/")).split("/");
}

/** Whether a path can be a file inside the project's folder. */
function isProjectFile(path: string): boolean {
  const parts = partsOf(path);
  return PATH.test(path) && !parts.includes("..") && parts.at(-1) !== "." && parts.at(-1) !== "";
}

/** Collects faults below one field. */
export class Report {
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
  if (value === undefined) return "nothing";
  // JSON has no word for these.
  return typeof value === "number" || typeof value === "bigint" ? String(value) : JSON.stringify(value);
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
    REGION.test(region) && !OTHER_PARTITIONS.test(region),
    "region",
    region,
    "an AWS region such as eu-central-1, of AWS, AWS China or AWS GovCloud (US)",
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
  checkWebsite(environment, report);
  checkQuotas(environment.quotas ?? {}, report.in("quotas"));
  checkNetwork(environment, report.in("network"));

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
  checkCallers(environment, report.in("callers"));
  return faults;
}

function checkWebsite({ website, region, stage, models }: Environment, report: Report): void {
  if (website === undefined) return;
  const { priceClass } = website;
  report.require(
    partitionOf(region) === "aws",
    "website",
    website,
    `no website in ${region}`,
    "CloudFront is not in AWS GovCloud (US), and a service of its own in China: https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/setting-up-cloudfront.html, https://docs.amazonaws.cn/en_us/AmazonCloudFront/latest/DeveloperGuide/cloudfront-in-china-how-works.html",
  );
  report.require(
    priceClass === undefined || PRICE_CLASSES.includes(priceClass),
    "website.priceClass",
    priceClass,
    PRICE_CLASSES.join(", "),
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PriceClass.html",
  );
  const accesses = Object.values(models).map(routeAccess);
  report.require(
    accesses.includes("PUBLIC"),
    "website",
    website,
    "no website, or a model with the access PUBLIC",
    "the page can call public routes alone",
  );
  report.require(
    stage.corsAllowOrigin === undefined,
    "stage.corsAllowOrigin",
    stage.corsAllowOrigin,
    "nothing beside a website",
    "the stage then answers the page's origin",
  );
}

function checkQuotas(quotas: QuotaSettings, report: Report): void {
  for (const [setting, value] of Object.entries(quotas)) {
    report.require(
      value === undefined || isQuotaValue(value),
      setting,
      value,
      "a whole number from 1",
      "environments/environment.ts",
    );
  }
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
    const parts = partsOf(path);
    report.require(
      isProjectFile(path),
      "local.path",
      path,
      "a file inside the project's folder, of letters, digits and _ . - / (or \\)",
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
    STATE_KEY.test(key),
    "s3.key",
    key,
    "letters, digits and !_.*'()/-, not starting or ending with a slash",
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
      ORIGIN_ALLOWED,
      ORIGIN_SOURCE,
    );
  }
}

function checkModel(
  { artifact, image, serverless, access, functionUrl }: ModelSettings,
  { region }: Environment,
  report: Report,
): void {
  const bucket = ARTIFACT.exec(artifact)?.[1];
  const isFile = !artifact.includes(":") && isProjectFile(artifact) && artifact.endsWith(".tar.gz");
  report.require(
    isFile || (bucket !== undefined && BUCKET.test(bucket)),
    "artifact",
    artifact,
    "s3://<bucket>/<key>.tar.gz, or a file of the project such as models/<name>.tar.gz",
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html",
  );
  report.require(
    !isFile || existsSync(join(PROJECT, artifact)),
    "artifact",
    artifact,
    "a file that is there",
    "it is uploaded from the project's folder",
  );

  if ("uri" in image) {
    const [, imageRegion, domain] = ECR_IMAGE.exec(image.uri) ?? [];
    report.require(
      imageRegion === region && domain === domainOf(region),
      "image.uri",
      image.uri,
      `<account>.dkr.ecr.${region}.${domainOf(region)}/<repository>:<tag> or …@sha256:<digest>`,
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
  const origins = functionUrl?.corsAllowOrigins;
  report.require(
    origins === undefined || (origins.length >= 1 && origins.length <= MOST_ORIGINS),
    "functionUrl.corsAllowOrigins",
    origins?.length === 0 ? origins : `${origins?.length} origins`,
    `1–${MOST_ORIGINS} origins`,
    "https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html",
  );
  for (const origin of origins ?? []) {
    report.require(
      ORIGIN.test(origin),
      "functionUrl.corsAllowOrigins",
      origin,
      ORIGIN_ALLOWED,
      ORIGIN_SOURCE,
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
      "local" in state
        ? posix.normalize(state.local.path.replaceAll("\\", "/"))
        : `s3://${state.s3.bucket}/${state.s3.key}`;
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
  faults.push(...findQuotaFaults(environments));
  checkCallersTogether(environments, (name) => new Report(name, faults).in("callers"));
  return faults;
}
