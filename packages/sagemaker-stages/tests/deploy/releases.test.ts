import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { DescribeModelCommand, ListModelsCommand } from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { readPlan } from "../../src/review/reading/plan";
import { reportOf } from "../../src/review/report";
import { recordingOf } from "./support/authorization";
import { deniedToDeployer } from "./support/deployer";
import { Deployment } from "./support/deployment";
import type { Ended } from "./support/programs";
import { succeeded } from "./support/project";
import { squashed } from "./support/squashed";

const TIMEOUT_IN_MS = 600_000;
const ACCOUNT = "111122223333";
const MODEL = "loan-default";
const SOURCE = { Bucket: "amzn-s3-demo-training", Key: `${MODEL}/2026-11-20/model.tar.gz` };
const ARTIFACTS = join(__dirname, "../fixtures/app/artifacts");
const TRAINED = readFileSync(join(ARTIFACTS, "first.tar.gz"));
const TAMPERED = readFileSync(join(ARTIFACTS, "second.tar.gz"));
const sizeInBytes = TRAINED.length;
const MOVED_OBJECT = { Bucket: SOURCE.Bucket, Key: "moved/model.tar.gz" };
const TAMPERED_OBJECT = { Bucket: SOURCE.Bucket, Key: "tampered/model.tar.gz" };
const FILE = "models/released.tar.gz";
const MOVED = { uri: `s3://${SOURCE.Bucket}/${MOVED_OBJECT.Key}`, etag: etagOf(TRAINED), sizeInBytes };
const OF_TAMPERED = {
  uri: `s3://${SOURCE.Bucket}/${TAMPERED_OBJECT.Key}`,
  etag: etagOf(TAMPERED),
  sizeInBytes,
};
const OF_FILE = { file: FILE, sizeInBytes };
const SHA256 = createHash("sha256").update(TRAINED).digest("hex");
const ENVIRONMENTS_FILE = "environments/index.ts";
const RELEASE_FILE = `functions/${MODEL}/releases/v1.json`;
/** The fixture app's definitions of environments. */
const FIXTURE_ENVIRONMENTS = ["dev", "prod", "staging"];
const COMMAND = "node_modules/sagemaker-stages/bin/sagemaker-stages.js";

/** The ETag of an object that one request uploaded. */
function etagOf(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

/** An environment with the model, in the same account as the others. */
function environmentNamed(name: string, model: object, part: object = {}): Environment {
  return {
    name,
    region: "us-east-1",
    accountId: ACCOUNT,
    state: { local: { path: `terraform.${name}.tfstate` } },
    stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 7 },
    models: { [MODEL]: { ...model, serverless: { memorySizeInMb: 2048, maxConcurrency: 5 } } },
    ...part,
  } as Environment;
}

const named = {
  artifact: `s3://${SOURCE.Bucket}/${SOURCE.Key}`,
  image: { algorithm: "linear-learner", tag: "1" },
};
const dev = environmentNamed("dev", named);
const staging = environmentNamed("staging", named);
const prod = environmentNamed("prod", named);

/** The settings of the model in prod before the promotion. The other environments have a release then. */
const OF_PROD = `"${MODEL}":{${JSON.stringify(named).slice(1, -1)},`;

/** The start of prod, and of prod that accepts only releases of staging. */
const PROD = '{"name":"prod"';
const PROMOTED_PROD = '{"promotedFrom":"staging","name":"prod"';

/** The text of `environments/index.ts`, with a comment and a form that a formatter would change. */
const ENVIRONMENTS = `import type { Environment } from "sagemaker-stages";

export const environments: readonly Environment[] = [
${[dev, staging, prod].map((environment) => `  // ${environment.name}\n  ${JSON.stringify(environment)},\n`).join("")}];
`;

// The tests run in order: each test continues with the deployment of the test before.
describe("a release from dev to prod", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await Deployment.start(dev, async ({ s3 }) => {
      await s3.send(new CreateBucketCommand({ Bucket: SOURCE.Bucket }));
      await s3.send(
        new PutBucketVersioningCommand({
          Bucket: SOURCE.Bucket,
          VersioningConfiguration: { Status: "Enabled" },
        }),
      );
      await s3.send(new PutObjectCommand({ ...SOURCE, Body: TRAINED }));
    });
    // An environment has one definition.
    for (const name of FIXTURE_ENVIRONMENTS) deployment.project.removeFile(`environments/${name}.ts`);
    deployment.project.write(ENVIRONMENTS_FILE, ENVIRONMENTS);
  }, TIMEOUT_IN_MS);

  afterAll(() => deployment?.stop(), TIMEOUT_IN_MS);

  function command(...words: readonly string[]): Promise<Ended> {
    return deployment.project.shell(`node ${COMMAND} ${words.join(" ")}`);
  }

  /** The model that SageMaker has for an environment, as AWS's clients read it. */
  async function served(environment: string): Promise<{
    readonly image: string | undefined;
    readonly checksum: string | undefined;
    readonly bytes: string;
  }> {
    const { s3, sagemaker } = deployment.clients;
    const { Models = [] } = await sagemaker.send(new ListModelsCommand({ NameContains: `${environment}-` }));
    const [only, ...others] = Models.filter(({ ModelName }) => ModelName?.startsWith(`${environment}-`));
    expect(others).toEqual([]);
    const { PrimaryContainer } = await sagemaker.send(
      new DescribeModelCommand({ ModelName: only?.ModelName }),
    );
    const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(PrimaryContainer?.ModelDataUrl ?? "") ?? [];
    const { ChecksumSHA256 } = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
    return {
      image: PrimaryContainer?.Image,
      checksum: ChecksumSHA256 && Buffer.from(ChecksumSHA256, "base64").toString("hex"),
      bytes: createHash("sha256").update(bytes).digest("hex"),
    };
  }

  it(
    "pins the artifact and the digest of the image that dev serves",
    async () => {
      // Prepare
      succeeded(await deployment.project.deploy("dev"));

      // Act
      const { output } = succeeded(
        await command("release", MODEL, "--id", "v1", "--metric", "accuracy=0.97", "--source", "test"),
      );

      // Assess
      const release = JSON.parse(deployment.project.read(RELEASE_FILE));
      expect(output).toContain(`SHA-256 ${SHA256}`);
      expect(release).toEqual({
        model: MODEL,
        id: "v1",
        artifact: {
          uri: named.artifact,
          versionId: expect.any(String),
          etag: etagOf(TRAINED),
          sha256: SHA256,
          sizeInBytes: TRAINED.length,
        },
        images: {
          "us-east-1": expect.stringMatching(
            /^\d{12}\.dkr\.ecr\.us-east-1\.amazonaws\.com\/linear-learner@sha256:[0-9a-f]{64}$/,
          ),
        },
        metrics: { accuracy: { value: 0.97, source: "test" } },
      });
      expect(deployment.project.read(ENVIRONMENTS_FILE)).toBe(
        ENVIRONMENTS.replace(
          `"artifact":"${named.artifact}","image":{"algorithm":"linear-learner","tag":"1"},`,
          'release: "v1",',
        ),
      );
    },
    TIMEOUT_IN_MS,
  );

  it(
    "refuses each promotion before the preceding environment has deployed the release, and changes no file",
    async () => {
      // Prepare
      const before = deployment.project.read(ENVIRONMENTS_FILE);
      const toStaging = await command("promote", MODEL, "dev", "staging");
      const unchanged = deployment.project.read(ENVIRONMENTS_FILE);
      succeeded(await deployment.project.deploy("dev"));
      succeeded(await command("promote", MODEL, "dev", "staging"));
      const promoted = deployment.project.read(ENVIRONMENTS_FILE);
      deployment.project.edit(ENVIRONMENTS_FILE, PROD, PROMOTED_PROD);

      // Act
      const toProd = await command("promote", MODEL, "staging", "prod");
      deployment.project.edit(ENVIRONMENTS_FILE, OF_PROD, `"${MODEL}":{release: "v1",`);
      const byHand = await deployment.project.deploy("prod");
      deployment.project.write(ENVIRONMENTS_FILE, promoted);

      // Assess
      expect(toStaging.status).toBe(1);
      expect(toStaging.output).toContain("dev has not deployed the release v1");
      expect(unchanged).toBe(before);
      expect(toProd.status).toBe(1);
      expect(toProd.output).toContain("nothing was written");
      expect(byHand.status).not.toBe(0);
      expect(byHand.output).toContain("v1, which staging has not deployed");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "promotes the release that staging has deployed, and changes one place of the environments",
    async () => {
      // Prepare
      succeeded(await deployment.project.deploy("staging"));
      const before = deployment.project.read(ENVIRONMENTS_FILE);

      // Act
      const { output } = succeeded(await command("promote", MODEL, "staging", "prod"));

      // Assess
      deployment.project.edit(ENVIRONMENTS_FILE, PROD, PROMOTED_PROD);
      expect(output).toContain(`prod: ${MODEL} no release → v1, the bytes that staging deployed`);
      expect(deployment.project.read(ENVIRONMENTS_FILE)).toBe(
        before.replace(OF_PROD, `"${MODEL}":{release: "v1",`).replace(PROD, PROMOTED_PROD),
      );
      const { deployedIn } = JSON.parse(deployment.project.read(RELEASE_FILE));
      expect(Object.keys(deployedIn)).toEqual(["dev", "staging"]);
      expect(deployedIn.dev.digest).toBe(deployedIn.staging.digest);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "refuses a tampered artifact before SageMaker sees the artifact",
    async () => {
      // Prepare
      const { s3 } = deployment.clients;
      const release = deployment.project.read(RELEASE_FILE);
      await s3.send(new PutObjectCommand({ ...SOURCE, Body: TAMPERED }));

      // Act
      const operations = await deployment.operationsOf(async () => {
        const byEtag = await deployment.project.deploy("prod");
        expect(squashed(byEtag.output)).toContain("PreconditionFailed");
        // With the ETag of the tampered object, S3 copies the bytes, and their checksum differs.
        deployment.project.edit(ENVIRONMENTS_FILE, PROMOTED_PROD, PROD);
        deployment.project.write(RELEASE_FILE, release.replace(etagOf(TRAINED), etagOf(TAMPERED)));
        await deployment.project.synth();
        const byChecksum = await deployment.project.refusalToApply("prod");
        expect(squashed(byChecksum)).toContain(squashed("SageMaker has not received the artifact."));
      });

      // Assess
      expect(operations.filter(({ operation }) => operation === "CopyObject").length).toBeGreaterThan(1);
      expect(operations.filter(({ operation }) => /^Create(?:Model|Endpoint)/.test(operation))).toEqual([]);
      // A failed apply is no evidence for a promotion.
      expect((await deployment.project.state("prod")).outputs).not.toHaveProperty("releases");
      deployment.project.write(RELEASE_FILE, release);
      deployment.project.edit(ENVIRONMENTS_FILE, PROD, PROMOTED_PROD);
      await s3.send(new PutObjectCommand({ ...SOURCE, Body: TRAINED }));
    },
    TIMEOUT_IN_MS,
  );

  it(
    "reviews the promotion as the bytes that staging served on a day",
    async () => {
      // Act
      const plan = await deployment.project.shownPlan("prod");

      // Assess
      const { verdict, environments } = reportOf([readPlan(plan, "prod.json")]);
      const { seen } = JSON.parse(deployment.project.read(RELEASE_FILE)).deployedIn.staging;
      expect(verdict).toContain(
        `${MODEL} v1 promoted, the bytes that staging served on ${seen} (accuracy 0.97 (new))`,
      );
      expect(environments[0]?.flags.public).toBe(false);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "serves equal bytes and images in dev, staging and prod, as AWS's clients read them",
    async () => {
      // Prepare
      succeeded(await deployment.project.deploy("prod"));

      // Act
      const [inDev, inStaging, inProd] = await Promise.all(["dev", "staging", "prod"].map(served));

      // Assess
      const { images } = JSON.parse(deployment.project.read(RELEASE_FILE));
      expect(inDev).toEqual({ image: images["us-east-1"], checksum: SHA256, bytes: SHA256 });
      expect(inStaging).toEqual(inDev);
      expect(inProd).toEqual(inDev);
      expect(await deployment.project.plan("prod")).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "keeps serving the verified bytes when the source is overwritten after the deployment",
    async () => {
      // Prepare
      await deployment.clients.s3.send(new PutObjectCommand({ ...SOURCE, Body: TAMPERED }));

      // Act
      const plan = await deployment.project.plan("prod");

      // Assess
      expect(plan).toEqual([]);
      expect(await served("prod")).toMatchObject({ checksum: SHA256, bytes: SHA256 });
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    {
      place: "the same bytes at another address",
      from: "v1",
      id: "moved",
      artifact: MOVED,
      isRefused: false,
    },
    { place: "a file with the same bytes", from: "moved", id: "file", artifact: OF_FILE, isRefused: false },
    { place: "a tampered object", from: "file", id: "tampered", artifact: OF_TAMPERED, isRefused: true },
    { place: "the object again", from: "tampered", id: "again", artifact: MOVED, isRefused: false },
  ])(
    "keeps the bytes of the live model when the next release pins $place",
    async ({ from, id, artifact, isRefused }) => {
      // Prepare
      const { project, clients } = deployment;
      await clients.s3.send(new PutObjectCommand({ ...MOVED_OBJECT, Body: TRAINED }));
      await clients.s3.send(new PutObjectCommand({ ...TAMPERED_OBJECT, Body: TAMPERED }));
      project.write(FILE, TRAINED);
      const { images } = JSON.parse(project.read(RELEASE_FILE));
      project.write(
        `functions/${MODEL}/releases/${id}.json`,
        JSON.stringify({ model: MODEL, id, artifact: { sha256: SHA256, ...artifact }, images }),
      );
      const before = await served("dev");
      // The first environment of the file is dev.
      const environments = project.read(ENVIRONMENTS_FILE);
      project.write(ENVIRONMENTS_FILE, environments.replace(`release: "${from}"`, `release: "${id}"`));

      // Act
      const { status, output } = await project.deploy("dev");

      // Assess
      expect(squashed(output).includes(squashed("SageMaker has not received the artifact."))).toBe(isRefused);
      expect(status === 0).toBe(!isRefused);
      const { bytes, image } = await served("dev");
      expect({ bytes, image }).toEqual({ bytes: SHA256, image: before.image });
      expect(deployment.emulator.faults()).toBe("");
      if (!isRefused) expect(await project.plan("dev")).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "leaves nothing after the destruction, and needs only the deployers' permissions",
    async () => {
      // Act
      for (const name of ["prod", "staging", "dev"]) succeeded(await deployment.project.destroy(name));

      // Assess
      const objects = [MOVED_OBJECT, TAMPERED_OBJECT].map(({ Bucket, Key }) => `object ${Key} in ${Bucket}`);
      expect(await deployment.createdResources()).toEqual(objects);
      const requested = recordingOf(await deployment.emulator.operations(), {
        accountId: ACCOUNT,
        environmentName: "prod",
      });
      const release = JSON.parse(deployment.project.read(RELEASE_FILE));
      const prodOnly = requested.filter(({ resource }) => !/\b(?:dev|staging)-/.test(resource));
      const sources = requested.filter(({ resource }) => resource.includes(SOURCE.Bucket));
      expect(sources).toContainEqual({
        action: "s3:GetObject",
        resource: `arn:aws:s3:::${SOURCE.Bucket}/${SOURCE.Key}`,
        context: {},
      });
      expect([...new Set(sources.map(({ action }) => action))]).toEqual(["s3:GetObject"]);
      const withRelease = environmentNamed("prod", { release });
      expect(deniedToDeployer(withRelease, ACCOUNT, prodOnly)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );
});
