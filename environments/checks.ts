import { posix } from "node:path";
import { catalog } from "../functions/catalog";
import { checkCallers, checkCallersTogether } from "./caller-checks";
import type { Environment, QuotaSettings, StageSettings } from "./environment";
import { PRICE_CLASSES, partitionOf } from "./environment";
import { checkLogRetention } from "./log-retention";
import { checkModel } from "./model-checks";
import {
  DEFAULT_ENVIRONMENT_VARIABLE_NAME,
  functionNameOf,
  type ModelSettings,
  routeAccess,
} from "./model-settings";
import { checkNetwork } from "./network-checks";
import { isProjectFile, partsOf } from "./paths";
import { BUCKET, BUCKET_SOURCE, ORIGIN, ORIGIN_ALLOWED, ORIGIN_SOURCE } from "./patterns";
import { withoutUndefined } from "./present";
import { findQuotaFaults, isQuotaValue } from "./quotas";
import { describeFault, type Fault, inWords, Report, show } from "./report";
import { findShapeFaults } from "./shape";
import { checkTags } from "./tag-checks";

/** Thrown where environments break rules; `message` is the whole list. */
export class InvalidEnvironments extends Error {
  override readonly name = "InvalidEnvironments";

  constructor(readonly faults: readonly Fault[]) {
    super([`${faults.length} fault(s) in environments/:`, ...faults.map(describeFault)].join("\n"));
  }
}

/**
 * Every fault of every environment. Values are looked at only in environments whose properties are all right.
 *
 * @param given - properties that are `undefined` are as if they were not there
 * @returns an empty list where all is well
 */
export function checkEnvironments(given: readonly Environment[]): Fault[] {
  const environments = given.map(withoutUndefined<Environment>);
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

const THROTTLING_SOURCE = "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html";

const NAME = /^[a-z][a-z0-9-]{0,15}$/;
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;
/** Partitions whose names and domains this project does not know. */
const OTHER_PARTITIONS = /^(us-iso|eu-iso|eusc)/;
/** Characters that need no thought in a key (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html). */
const STATE_KEY = /^[A-Za-z0-9!_.*'()-]+(?:\/[A-Za-z0-9!_.*'()-]+)*$/;

const MOST_REQUESTS_PER_SECOND = 10_000;
const MOST_REQUESTS_AT_ONCE = 5_000;
/** The account-wide stack's name, and paths of the local stage. */
const RESERVED_NAMES = ["account", "endpoints", "website"];

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
    environment.network === undefined ||
      Object.keys(models).length === 0 ||
      Object.values(models).some(isInNetwork),
    "network",
    inWords("network beside existing functions alone"),
    "no network, or a new function or an endpoint with inNetwork: true to be in it",
    "existing functions stay in the network that they are in",
  );

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

/** New functions all are; endpoints say so. */
function isInNetwork(settings: ModelSettings): boolean {
  return settings.existingFunction === undefined || ("inNetwork" in settings && settings.inNetwork === true);
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
      isQuotaValue(value),
      setting,
      value,
      "a whole number from 1",
      "environments/environment.ts",
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
  checkLogRetention(logRetentionInDays, report);
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
  checkExistingFunctions(environments, faults);
  faults.push(...findQuotaFaults(environments));
  checkCallersTogether(environments, (name) => new Report(name, faults).in("callers"));
  return faults;
}

/** A function has one value of each variable, and can look for one endpoint in it. */
function checkExistingFunctions(environments: readonly Environment[], faults: Fault[]): void {
  const known = new Map<string, { readonly endpoint: string; readonly where: string }>();
  for (const { name, region, accountId = "", models } of environments) {
    for (const [model, settings] of Object.entries(models)) {
      const {
        existingFunction,
        sagemakerEnvironmentVariableName: variable = DEFAULT_ENVIRONMENT_VARIABLE_NAME,
      } = settings;
      if (existingFunction === undefined) continue;
      const place = [accountId, region, functionNameOf(existingFunction), variable].join();
      const endpoint = "existingEndpoint" in settings ? settings.existingEndpoint : `${name}-${model}`;
      const other = known.get(place);
      new Report(name, faults).require(
        other === undefined || other.endpoint === endpoint,
        `models.${model}.existingFunction`,
        existingFunction,
        "another function, or another sagemakerEnvironmentVariableName",
        `its variable ${variable} cannot name ${endpoint} and ${other?.endpoint}, which ${other?.where} asks`,
      );
      known.set(place, { endpoint, where: `models.${model} of ${name}` });
    }
  }
}
