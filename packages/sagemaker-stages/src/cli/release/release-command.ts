import { existsSync, readFileSync, statSync } from "node:fs";
import * as z from "zod";
import { type LoadedApp, loadApp } from "../../app/load-app";
import { partitionOf } from "../../aws/partition";
import { type Environment, namePrefix } from "../../environment/environment";
import { type ContainerSource, containersOf, imageAddress, isInS3 } from "../../environment/model-source";
import { isProjectFile } from "../../environment/paths";
import { describeUnreadable, readRelease, releaseIds, releasePath } from "../../environment/releases";
import type { ModelImageSettings } from "../../environment/settings/model-source/model-source";
import {
  isReleaseId,
  MAX_COPIED_BYTES,
  type ReleaseContent,
  type ReleasedArtifact,
  releaseContent,
} from "../../environment/settings/model-source/release";
import { ownerPolicies } from "../../iam/deployment/released-artifacts";
import { type CommandLine, UsageError } from "../../lib/arguments";
import { sha256Of } from "../../lib/file-digest";
import { isObject, parseJson } from "../../lib/json";
import { omitUndefined } from "../../lib/omit-undefined";
import { UserError } from "../../lib/user-error";
import { AwsReader, type S3Head } from "./aws";
import { findEnvironment, inApp, newEndpointOf, writeRelease } from "./change";
import { LINE_TO_CHANGE, type RELEASE, type Result } from "./forms";

type Line = CommandLine<typeof RELEASE>;

/**
 * Pins a version of a model.
 *
 * @throws UsageError if an option's value is not allowed
 * @throws UserError if AWS refuses a request, or if the release breaks a rule; then no file changes
 */
export async function runRelease(line: Line): Promise<Result> {
  const app = loadApp();
  const { model } = line.words;
  const { options } = line;
  const environment =
    options.from === undefined ? firstServing(app, model) : findEnvironment(app, options.from, "--from");
  if (options["owner-policy"]) {
    return { text: describeOwnerPolicies(app, model, environment, options.id), status: 0 };
  }
  const id = options.id ?? new Date().toISOString().slice(0, "2026-11-20".length);
  requireNew(model, id);
  const metrics = readMetrics(options);
  const source = newEndpointOf(environment, model);
  const [container, ...others] = containersOf(source);
  if (container === undefined || others.length > 0) {
    throw new UserError(
      `${environment.name}: models.${model}: got several containers; allowed: one container, because a release pins one artifact and one image`,
    );
  }
  const reader = new LazyReader(environment.region);
  requireKeyInS3(options, container.artifact);
  const { containerEnvironment } = container;
  const modelPackage = packageOf(container, options);
  const artifact =
    modelPackage === undefined
      ? await pinArtifact(options.artifact ?? container.artifact, keyOf(container, options), reader)
      : undefined;
  const images =
    modelPackage === undefined
      ? await pinImages(options.image, container.image, environment, model, reader)
      : undefined;
  const release: ReleaseContent = omitUndefined({
    model,
    id,
    artifact,
    images,
    modelPackage,
    containerEnvironment,
    metrics: Object.keys(metrics).length === 0 ? undefined : metrics,
  });
  const environments = options["file-only"] ? [] : [environment.name];
  // Every request to AWS precedes the first change of a file.
  const owners = await otherAccounts(app, release, reader);
  const { written, manual } = writeRelease(app, { release, environments });
  const text = [
    `release ${id} of ${model}:`,
    ...written.map((path) => `  ${path}`),
    ...manual,
    ...(artifact === undefined
      ? []
      : [`artifact: ${artifact.uri ?? artifact.file}, SHA-256 ${artifact.sha256}`]),
    ...Object.values(images ?? {}).map((uri) => `image: ${uri}`),
    ...(owners.length === 0
      ? []
      : [
          "",
          `The bucket of the artifact is in another account than ${owners.join(", ")}.`,
          policiesText(app, release),
        ]),
    `next: ${manual.length > 0 ? "change the line, " : ""}commit the files, and deploy: npx cdktf deploy ${environment.name}`,
    "",
  ].join("\n");
  return { text, status: manual.length > 0 ? LINE_TO_CHANGE : 0 };
}

/**
 * The model package of a release; `undefined` if the command line names an artifact and an image.
 *
 * @throws UsageError if the command line names only one of them
 */
function packageOf({ modelPackage }: ContainerSource, { artifact, image }: Line["options"]) {
  if (modelPackage === undefined) return undefined;
  if (artifact === undefined && image.length === 0) return modelPackage;
  if (artifact !== undefined && image.length > 0) return undefined;
  throw new UsageError(
    `${artifact === undefined ? "--image" : "--artifact"}: got one of --artifact and --image, and the environment has the model package ${modelPackage.arn}; allowed: both options, or none to release the package`,
  );
}

function requireKeyInS3({ key, artifact }: Line["options"], ofEnvironment: string | undefined): void {
  const named = artifact ?? ofEnvironment;
  if (key === undefined || (named !== undefined && isInS3(named))) return;
  throw new UsageError(`--key: got a key for ${named ?? "no artifact"}; allowed: a key of an artifact in S3`);
}

/** The key of the artifact. */
function keyOf({ artifactKeyArn, pinned }: ContainerSource, { key }: Line["options"]): string | undefined {
  return key ?? artifactKeyArn ?? pinned?.keyArn;
}

/** Reads AWS. The credentials are read with the first request: a release of a file and of an image by digest needs none. */
class LazyReader {
  private reader: Promise<AwsReader> | undefined;

  constructor(readonly region: string) {}

  get(): Promise<AwsReader> {
    this.reader ??= AwsReader.of(this.region);
    return this.reader;
  }
}

function firstServing({ environments }: LoadedApp, model: string): Environment {
  const found = environments.find(({ models }) => {
    const settings = Object.hasOwn(models, model) ? models[model] : undefined;
    return settings !== undefined && !("existingEndpoint" in settings);
  });
  if (found !== undefined) return found;
  const known = new Set(environments.flatMap(({ models }) => Object.keys(models)));
  throw new UsageError(
    `<model>: got ${model}; allowed: a model with a new endpoint in an environment: ${[...known].join(", ")}`,
  );
}

function requireNew(model: string, id: string): void {
  if (!isReleaseId(id)) {
    throw new UsageError(
      `--id: got ${id}; allowed: 1–64 characters a-z, 0-9, ., _, -, with a letter or a digit at both ends`,
    );
  }
  if (!existsSync(inApp(releasePath(model, id)))) return;
  throw new UsageError(
    `--id: got ${id}, which exists; allowed: an id other than ${releaseIds(model).join(", ")}, because a release does not change`,
  );
}

async function pinArtifact(
  artifact: string | undefined,
  keyArn: string | undefined,
  reader: LazyReader,
): Promise<ReleasedArtifact | undefined> {
  if (artifact === undefined) return undefined;
  if (!isInS3(artifact)) return pinFile(artifact);
  if (!artifact.endsWith(".tar.gz")) {
    throw new UserError(
      `artifact: got ${artifact}; allowed: s3://<bucket>/<key>.tar.gz or a file of the project, because a release pins one object`,
    );
  }
  const aws = await reader.get();
  const { status, object } = await aws.head(artifact);
  if (object === undefined) {
    throw new UserError(
      `${artifact}: got the status ${status} of S3; allowed: an existing object in ${reader.region} that these credentials may read with s3:GetObject`,
    );
  }
  requireCopyable(artifact, object);
  process.stderr.write(`reading ${artifact} (${Math.ceil(object.sizeInBytes / 1024)} KB)\n`);
  const sha256 = await aws.sha256(artifact, object);
  const { versionId, etag, sizeInBytes } = object;
  return omitUndefined({ uri: artifact, versionId, etag, sha256, sizeInBytes, keyArn });
}

function requireCopyable(artifact: string, { sizeInBytes }: S3Head): void {
  if (sizeInBytes <= MAX_COPIED_BYTES) return;
  throw new UserError(
    `${artifact}: got ${sizeInBytes} bytes; allowed: at most ${MAX_COPIED_BYTES} bytes, because one request copies the object (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html)`,
  );
}

function pinFile(file: string): ReleasedArtifact {
  if (!isProjectFile(file) || !existsSync(inApp(file))) {
    throw new UserError(
      `artifact: got ${file}; allowed: s3://<bucket>/<key>.tar.gz, or an existing file of the project`,
    );
  }
  return { file, sha256: sha256Of(inApp(file)), sizeInBytes: statSync(inApp(file)).size };
}

/** Account, region, repository, and tag or digest of an image in ECR. */
const ECR_IMAGE = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.[^/]+\/([^:@]+)(?::([\w.-]+)|@(sha256:[0-9a-f]{64}))$/;

/** The images by region, each with its digest. */
async function pinImages(
  given: readonly string[],
  image: ModelImageSettings | undefined,
  environment: Environment,
  model: string,
  reader: LazyReader,
): Promise<Record<string, string>> {
  const uris = [...given];
  const { region } = environment;
  if (!uris.some((uri) => ECR_IMAGE.exec(uri)?.[2] === region)) {
    uris.push(await imageOf(image, environment, model, reader));
  }
  const pinned = uris.map(async (uri) => {
    const [, registryId = "", imageRegion = "", repositoryName = "", imageTag, digest] =
      ECR_IMAGE.exec(uri) ?? [];
    if (registryId === "") {
      throw new UsageError(
        `--image: got ${uri}; allowed: <account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag> or …@sha256:<digest>`,
      );
    }
    if (digest !== undefined) return [imageRegion, uri] as const;
    const aws = await AwsReader.of(imageRegion);
    const { images } = await aws.call(
      "ecr",
      "BatchGetImage",
      { registryId, repositoryName, imageIds: [{ imageTag }] },
      ecrImages,
    );
    const found = images[0]?.imageId.imageDigest;
    if (found === undefined) {
      throw new UserError(`--image: got ${uri}, which ECR does not have; allowed: an existing image`);
    }
    return [imageRegion, `${uri.slice(0, uri.lastIndexOf(":"))}@${found}`] as const;
  });
  return Object.fromEntries(await Promise.all(pinned));
}

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html */
const ecrImages = z.object({ images: z.array(z.object({ imageId: z.object({ imageDigest: z.string() }) })) });

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeployedImage.html */
const endpoint = z.object({
  ProductionVariants: z.optional(
    z.array(
      z.object({
        DeployedImages: z.optional(
          z.array(
            z.object({ SpecifiedImage: z.optional(z.string()), ResolvedImage: z.optional(z.string()) }),
          ),
        ),
      }),
    ),
  ),
});

/**
 * The image of an environment. Only Terraform's provider knows the accounts of SageMaker's own images, and only SageMaker knows the
 * digest: the command reads the digest that the deployed endpoint has resolved.
 */
async function imageOf(
  image: ModelImageSettings | undefined,
  environment: Environment,
  model: string,
  reader: LazyReader,
): Promise<string> {
  if (image === undefined) throw new UserError(`${environment.name}: models.${model}: got no image`);
  const address = imageAddress(image);
  if ("uri" in address) return address.uri;
  const name = `${namePrefix(environment)}-${model}`;
  const aws = await reader.get();
  const described = await aws.call("sagemaker", "DescribeEndpoint", { EndpointName: name }, endpoint);
  const deployed = (described.ProductionVariants ?? []).flatMap(({ DeployedImages = [] }) => DeployedImages);
  const end = `/${address.repository}:${address.tag}`;
  const found = deployed.find(({ SpecifiedImage = "" }) => SpecifiedImage.endsWith(end));
  if (found?.ResolvedImage !== undefined && ECR_IMAGE.exec(found.ResolvedImage)?.[5] !== undefined) {
    return found.ResolvedImage;
  }
  const served = deployed.map(({ SpecifiedImage }) => SpecifiedImage).join(", ") || "no image";
  throw new UserError(
    `--image: got none, and the endpoint ${name} serves ${served}; allowed: an endpoint that serves …${end}, or --image <account>.dkr.ecr.${environment.region}.amazonaws.com${end}. Deploy first: npx cdktf deploy ${environment.name}`,
  );
}

type Metrics = Record<string, { readonly value: number; readonly source: string }>;

/** The number of digits of a file's SHA-256 in the source of a metric. */
const SHORT_DIGEST = 16;

function readMetrics({ metrics: file, metric, source }: Line["options"]): Metrics {
  const fromFile = file === undefined ? {} : metricsOf(file);
  if (metric.length > 0 && source === undefined) {
    throw new UsageError(`--source: got nothing together with --metric; allowed: the origin of the values`);
  }
  const fromOptions = metric.map((text) => {
    const [, name = "", value = ""] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (name === "" || !Number.isFinite(Number(value))) {
      throw new UsageError(`--metric: got ${text}; allowed: NAME=VALUE with a number, e.g. accuracy=0.97`);
    }
    return [name, { value: Number(value), source: source ?? "" }] as const;
  });
  return { ...fromFile, ...Object.fromEntries(fromOptions) };
}

function metricsOf(file: string): Metrics {
  if (!isProjectFile(file) || !existsSync(inApp(file))) {
    throw new UsageError(
      `--metrics: got ${file}; allowed: an existing file; the file must be inside the app's folder, because the release names it as the source of the metrics`,
    );
  }
  const content = parseJson(readFileSync(inApp(file), "utf8"));
  const source = `${file}, SHA-256 ${sha256Of(inApp(file)).slice(0, SHORT_DIGEST)}`;
  const numbers = isObject(content) ? numbersIn(content) : [];
  if (numbers.length === 0) {
    throw new UsageError(`--metrics: got ${file} without numbers; allowed: a JSON object with numbers`);
  }
  return Object.fromEntries(numbers.map(([name, value]) => [name, { value, source }]));
}

/** The numbers of an object, by their paths. */
function numbersIn(object: object, prefix = ""): (readonly [string, number])[] {
  return Object.entries(object).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === "number") return [[`${prefix}${name}`, value] as const];
    return isObject(value) ? numbersIn(value, `${prefix}${name}.`) : [];
  });
}

/** The accounts of environments that serve the model, and that do not own the bucket of the artifact. */
async function otherAccounts(
  app: LoadedApp,
  { model, artifact }: ReleaseContent,
  reader: LazyReader,
): Promise<string[]> {
  const uri = artifact?.uri;
  if (uri === undefined) return [];
  const aws = await reader.get();
  const owned = await Promise.all(
    accountsServing(app, model).map(async (account) => ({ account, ...(await aws.head(uri, account)) })),
  );
  return owned.filter(({ status }) => status === 403).map(({ account }) => account);
}

function accountsServing({ environments }: LoadedApp, model: string): string[] {
  const accounts = environments.flatMap(({ accountId, models }) =>
    accountId !== undefined && Object.hasOwn(models, model) ? [accountId] : [],
  );
  return [...new Set(accounts)];
}

function describeOwnerPolicies(
  app: LoadedApp,
  model: string,
  { name, models }: Environment,
  given: string | undefined,
): string {
  const named = models[model];
  const used = named !== undefined && "release" in named ? named.release : undefined;
  const id = given ?? (typeof used === "object" ? used.id : used);
  if (id === undefined) {
    throw new UsageError(
      `--id: got nothing, and ${name} has no release of ${model}; allowed: ${releaseIds(model).join(", ")}`,
    );
  }
  const found = readRelease(model, id);
  if (!("content" in found)) {
    throw new UsageError(
      `--id: got ${id}: ${describeUnreadable(model, id)}; allowed: ${releaseIds(model).join(", ")}`,
    );
  }
  return policiesText(app, releaseContent.parse(found.content));
}

/** The policies for the owner of the artifact, with the places where they belong. */
function policiesText(app: LoadedApp, { model, artifact }: ReleaseContent): string {
  const accounts = accountsServing(app, model);
  const region = app.environments.find(({ models }) => Object.hasOwn(models, model))?.region ?? "";
  if (artifact?.uri === undefined)
    return `The release of ${model} has no artifact in S3, and needs no policies.\n`;
  if (accounts.length === 0) {
    throw new UserError(`${model}: got no environment with accountId; allowed: environments with accountId`);
  }
  const { bucket, key } = ownerPolicies(artifact, accounts, partitionOf(region), region);
  const [, name] = /^s3:\/\/([^/]+)/.exec(artifact.uri) ?? [];
  return [
    `Add this statement to the policy of the bucket ${name}, in the bucket's account:`,
    JSON.stringify(bucket, null, 2),
    ...(key === undefined
      ? []
      : [
          `Add this statement to the policy of the key ${artifact.keyArn}, in the key's account:`,
          JSON.stringify(key, null, 2),
        ]),
    "",
  ].join("\n");
}
