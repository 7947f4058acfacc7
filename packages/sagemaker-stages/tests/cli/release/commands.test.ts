import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { LINE_TO_CHANGE, PROMOTE, RELEASE, type Result } from "../../../src/cli/release/forms";
import { runPromote } from "../../../src/cli/release/promote-command";
import { runRelease } from "../../../src/cli/release/release-command";
import { releaseDigest } from "../../../src/environment/releases";
import type { ReleaseContent } from "../../../src/environment/settings/model-source/release";
import { readCommandLine, UsageError } from "../../../src/lib/arguments";
import { UserError } from "../../../src/lib/user-error";
import { AppCopy } from "../new-model/support/app-copy";
import { FakeAws, fakeTerraform } from "./support";

const BYTES = Buffer.from("the trained model");
const SHA256 = createHash("sha256").update(BYTES).digest("hex");
const ETAG = createHash("md5").update(BYTES).digest("hex");
const PATH = "/amzn-s3-demo-bucket/loan-default/2026-11-20/model.tar.gz";
const FILE = "functions/loan-default/releases/v1.json";
const REGISTRY = "382416733822.dkr.ecr.us-east-1.amazonaws.com";
const DIGEST = `sha256:${"ab".repeat(32)}`;
const ENDPOINT = {
  ProductionVariants: [
    {
      DeployedImages: [
        {
          SpecifiedImage: `${REGISTRY}/linear-learner:1`,
          ResolvedImage: `${REGISTRY}/linear-learner@${DIGEST}`,
        },
      ],
    },
  ],
};

const RELEASED: ReleaseContent = {
  model: "loan-default",
  id: "v1",
  artifact: { uri: `s3:/${PATH}`, etag: ETAG, sha256: SHA256, sizeInBytes: BYTES.length },
  images: { "us-east-1": `${REGISTRY}/linear-learner@${DIGEST}` },
};

let app: AppCopy;
let aws: FakeAws;
let variables: NodeJS.ProcessEnv;

beforeEach(async () => {
  app = AppCopy.ofFixture();
  aws = await FakeAws.start();
  aws.objects.set(PATH, { body: BYTES, versionId: "v-1", owner: "111122223333" });
  aws.answers.set("DescribeEndpoint", ENDPOINT);
  variables = { ...process.env };
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: aws.url,
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "example",
  });
});

afterEach(async () => {
  for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name];
  Object.assign(process.env, variables);
  await aws.stop();
  app.remove();
});

function release(...words: readonly string[]): Promise<Result> {
  return app.inFolder(() => runRelease(readCommandLine(RELEASE, words)));
}

function promote(...words: readonly string[]): Promise<Result> {
  return app.inFolder(() => runPromote(readCommandLine(PROMOTE, words)));
}

/** The files of the app that changed, by their paths. */
async function changesOf(act: () => Promise<unknown>): Promise<string[]> {
  const before = app.files();
  await act();
  const after = app.files();
  return [...after.keys()].filter((path) => after.get(path) !== before.get(path));
}

describe("sagemaker-stages release", () => {
  it("pins the version, the SHA-256, and the digest of the image that the endpoint serves", async () => {
    // Act
    const changed = await changesOf(() =>
      release("loan-default", "--id", "v1", "--metric", "accuracy=0.97", "--source", "a notebook"),
    );

    // Assess
    expect(changed).toEqual(["environments/dev.ts", FILE]);
    expect(JSON.parse(app.read(FILE))).toEqual({
      ...RELEASED,
      artifact: { ...RELEASED.artifact, versionId: "v-1" },
      metrics: { accuracy: { value: 0.97, source: "a notebook" } },
    });
    expect(app.read("environments/dev.ts")).toContain('release: "v1",');
    expect(aws.requests.map(({ line }) => line)).toContain(`GET ${PATH}?versionId=v-1`);
    expect(aws.requests.every(({ headers }) => /^AWS4-HMAC-SHA256 /.test(headers.authorization ?? ""))).toBe(
      true,
    );
  });

  it.each([
    {
      what: "0 when the environment names the release",
      spread: "",
      status: 0,
      changed: ["environments/dev.ts", FILE],
    },
    {
      what: "3 when the user must change a line",
      spread: "...{}, ",
      status: LINE_TO_CHANGE,
      changed: [FILE],
    },
  ])("has the exit status $what", async ({ spread, status, changed }) => {
    // Prepare
    app.edit("environments/dev.ts", (text) => text.replace('"loan-default": {', `$& ${spread}`));
    let result: Result | undefined;

    // Act
    const files = await changesOf(async () => {
      result = await release("loan-default", "--id", "v1");
    });

    // Assess
    expect(files).toEqual(changed);
    expect(result?.status).toBe(status);
    expect(result?.text.includes("next: change the line, commit the files")).toBe(status !== 0);
  });

  it("reads metrics from a file, with its SHA-256 as the source", async () => {
    // Prepare
    app.write("training/metrics.json", JSON.stringify({ accuracy: 0.97, test: { recall: 0.9 }, note: "x" }));

    // Act
    await release("loan-default", "--id", "v1", "--metrics", "training/metrics.json", "--file-only");

    // Assess
    const source = expect.stringMatching(/^training\/metrics\.json, SHA-256 [0-9a-f]{16}$/);
    expect(JSON.parse(app.read(FILE)).metrics).toEqual({
      accuracy: { value: 0.97, source },
      "test.recall": { value: 0.9, source },
    });
  });

  it("pins the given artifact and image in place of the environment's model package", async () => {
    // Prepare
    aws.objects.set("/amzn-s3-demo-bucket/new/model.tar.gz", { body: BYTES });
    app.edit("environments/dev.ts", (text) =>
      text.replace(
        /(?<="loan-default": \{\n)\s*artifact: .*\n\s*image: .*\n/,
        `      modelPackage: { arn: "arn:aws:sagemaker:us-east-1:111122223333:model-package/churn/3", imageUris: ["${REGISTRY}/linear-learner:1"], artifacts: ["s3://amzn-s3-demo-bucket/old/model.tar.gz"] },\n`,
      ),
    );
    const artifact = ["--artifact", "s3://amzn-s3-demo-bucket/new/model.tar.gz"];
    const image = `--image=${REGISTRY}/linear-learner@${DIGEST}`;

    // Act
    const one = release("loan-default", "--id=v1", ...artifact);
    await expect(one).rejects.toThrow(UsageError);
    await release("loan-default", "--id=v1", ...artifact, image);

    // Assess
    const { modelPackage, artifact: pinned } = JSON.parse(app.read(FILE));
    expect(modelPackage).toBeUndefined();
    expect(pinned).toMatchObject({ uri: "s3://amzn-s3-demo-bucket/new/model.tar.gz", sha256: SHA256 });
  });

  it("keeps the key of the release before, unless --key names another", async () => {
    // Prepare
    const key = (name: string) => `arn:aws:kms:us-east-1:999988887777:key/11111111-2222-3333-4444-${name}`;
    app.write(
      FILE,
      JSON.stringify({ ...RELEASED, artifact: { ...RELEASED.artifact, keyArn: key("555555555555") } }),
    );
    app.edit("environments/dev.ts", (text) =>
      text.replace(/(?<="loan-default": \{\n)\s*artifact: .*\n\s*image: .*\n/, '      release: "v1",\n'),
    );

    // Act
    await release("loan-default", "--id=v2", "--file-only");
    await release("loan-default", "--id=v3", "--file-only", "--key", key("666666666666"));

    // Assess
    const keys = ["v2", "v3"].map((id) => JSON.parse(app.read(FILE.replace("v1", id))).artifact.keyArn);
    expect(keys).toEqual([key("555555555555"), key("666666666666")]);
  });

  it("pins a file of the project and an image by digest without a request to AWS", async () => {
    // Prepare
    app.write("models/model.tar.gz", Buffer.from(VALID_ARCHIVE, "base64"));

    // Act
    await release(
      "loan-default",
      "--id=v1",
      "--artifact=models/model.tar.gz",
      `--image=${REGISTRY}/linear-learner@${DIGEST}`,
    );

    // Assess
    const { artifact } = JSON.parse(app.read(FILE));
    expect(artifact).toEqual({
      file: "models/model.tar.gz",
      sha256: createHash("sha256").update(Buffer.from(VALID_ARCHIVE, "base64")).digest("hex"),
      sizeInBytes: Buffer.from(VALID_ARCHIVE, "base64").length,
    });
    expect(aws.requests).toEqual([]);
  });

  it("reads the digest of an image by tag from ECR", async () => {
    // Prepare
    aws.answers.set("BatchGetImage", { images: [{ imageId: { imageDigest: DIGEST, imageTag: "7" } }] });

    // Act
    await release("loan-default", "--id", "v1", `--image=${REGISTRY}/team/model:7`);

    // Assess
    expect(JSON.parse(app.read(FILE)).images).toEqual({ "us-east-1": `${REGISTRY}/team/model@${DIGEST}` });
  });

  it.each([
    {
      what: "the endpoint serves another image",
      prepare: () => aws.answers.set("DescribeEndpoint", { ProductionVariants: [] }),
      words: ["loan-default", "--id=v1"],
      message: /dev-loan-default serves no image.*Deploy first: npx cdktf deploy dev/s,
    },
    {
      what: "AWS refuses the request",
      prepare: () => aws.answers.delete("DescribeEndpoint"),
      words: ["loan-default", "--id=v1"],
      message: /sagemaker:DescribeEndpoint: AWS answered 400: no DescribeEndpoint/,
    },
    {
      what: "the artifact does not exist",
      prepare: () => aws.objects.clear(),
      words: ["loan-default", "--id=v1"],
      message: /got the status 404 of S3/,
    },
    {
      what: "the rules refuse the release",
      prepare: () => {},
      words: [
        "loan-default",
        "--id=v1",
        `--image=382416733822.dkr.ecr.us-east-1.amazonaws.com/UPPER@${DIGEST}`,
      ],
      message: /nothing was written.*images\.us-east-1/s,
    },
  ])("changes no file when $what", async ({ prepare, words, message }) => {
    // Prepare
    prepare();
    let error: unknown;

    // Act
    const changed = await changesOf(async () => {
      error = await release(...words).catch((thrown: unknown) => thrown);
    });

    // Assess
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(message);
    expect(changed).toEqual([]);
  });

  it.each([
    ["an id with a slash", ["--id", "a/b"]],
    ["a metric that is no number", ["--metric", "a=b", "--source", "x"]],
    ["a metric without a source", ["--metric", "a=1"]],
    ["a missing file of metrics", ["--metrics", "none.json"]],
    ["an unknown environment", ["--from", "qa"]],
    ["a key of a file", ["--artifact", "models/model.tar.gz", "--key", "arn:aws:kms:us-east-1:1:key/1"]],
  ])("throws UsageError for %s", async (_, words) => {
    // Act
    const released = release("loan-default", ...words);

    // Assess
    await expect(released).rejects.toThrow(UsageError);
  });

  it("does not overwrite a release", async () => {
    // Prepare
    app.write(FILE, JSON.stringify(RELEASED));

    // Act
    const released = release("loan-default", "--id", "v1");

    // Assess
    await expect(released).rejects.toThrow("--id: got v1, which exists");
  });

  it("prints the policy for the owner of the bucket when an environment is in another account", async () => {
    // Act
    const { text: output } = await release("loan-default", "--id", "v1", "--file-only");

    // Assess
    expect(output).toContain("The bucket of the artifact is in another account than 444455556666.");
    expect(output).toContain('"arn:aws:iam::444455556666:root"');
    expect(output).toContain(`"arn:aws:s3:::amzn-s3-demo-bucket/loan-default/2026-11-20/model.tar.gz"`);
  });

  it("prints the policies of an existing release with --owner-policy, without a request to AWS", async () => {
    // Prepare
    app.write(FILE, JSON.stringify(RELEASED));

    // Act
    const { text: output } = await release("loan-default", "--id", "v1", "--owner-policy");

    // Assess
    expect(output).toContain("Add this statement to the policy of the bucket amzn-s3-demo-bucket");
    expect(aws.requests).toEqual([]);
  });
});

describe("sagemaker-stages promote", () => {
  const digest = releaseDigest(RELEASED);

  /** Prepares a release that dev names, and the outputs of dev. */
  function prepare(deployed: object | undefined, content: ReleaseContent = RELEASED, state = STATE): void {
    const backend = { local: { path: `../../../${state}` } };
    app.write("cdktf.out/stacks/dev/cdk.tf.json", JSON.stringify({ terraform: { backend } }));
    app.write(FILE, JSON.stringify(content));
    app.edit("environments/dev.ts", (text) =>
      text.replace(/(?<="loan-default": \{\n)\s*artifact: .*\n\s*image: .*\n/, '      release: "v1",\n'),
    );
    const outputs = deployed && { releases: { value: { "loan-default": deployed } } };
    process.env.TERRAFORM_BINARY_NAME = fakeTerraform(app.folder, outputs);
  }

  const place = { environment: "dev", account: "111122223333", region: "us-east-1" };
  const inOutputs = { release: "v1", digest, ...place, promotes: "bytes", serves: "", metrics: {} };
  const evidence = { digest, account: place.account, region: place.region };

  it("moves the release, and records the digest that the outputs of the preceding environment contain", async () => {
    // Prepare
    prepare(inOutputs);
    const before = app.read("environments/prod.ts");

    // Act
    const changed = await changesOf(() => promote("loan-default", "dev", "prod"));

    // Assess
    expect(changed).toEqual(["environments/prod.ts", FILE]);
    expect(JSON.parse(app.read(FILE))).toEqual({
      ...RELEASED,
      deployedIn: { dev: { ...evidence, seen: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) } },
    });
    const lines = app.read("environments/prod.ts").split("\n");
    expect(lines.filter((line) => !before.includes(`${line}\n`))).toEqual(['      release: "v1",']);
  });

  it.each([
    {
      what: "has outputs of another environment",
      deployed: { ...inOutputs, environment: "qa" },
      message: /got outputs of qa in the account 111122223333/,
    },
    {
      what: "has outputs of another region",
      deployed: { ...inOutputs, region: "eu-west-1" },
      message: /got outputs of dev in the account 111122223333 in eu-west-1/,
    },
    {
      what: "has a state that the environment had before",
      deployed: inOutputs,
      state: "sandbox.tfstate",
      message: /a stack with the state .*sandbox\.tfstate/,
    },
    { what: "has no outputs", deployed: undefined, message: /The outputs of dev cannot be read/ },
    {
      what: "has deployed another release",
      deployed: { ...inOutputs, release: "v0" },
      message: /contain v0 with the digest/,
    },
    {
      what: "has deployed other bytes with the same id",
      deployed: { ...inOutputs, digest: `sha256:${"0".repeat(64)}` },
      message: /dev has not deployed the release v1 with the digest/,
    },
    {
      what: "has outputs of another form",
      deployed: { release: 1 },
      message: /contain no release of the model/,
    },
  ])(
    "refuses the promotion and changes no file when the preceding environment $what",
    async ({ deployed, message, state }) => {
      // Prepare
      prepare(deployed, RELEASED, state);
      let error: unknown;

      // Act
      const changed = await changesOf(async () => {
        error = await promote("loan-default", "dev", "prod").catch((thrown: unknown) => thrown);
      });

      // Assess
      expect(error).toBeInstanceOf(UserError);
      expect(String(error)).toMatch(message);
      expect(changed).toEqual([]);
    },
  );

  it("goes back to a release that the preceding environment deployed earlier, without its outputs", async () => {
    // Prepare
    const seen = { ...evidence, seen: "2026-11-01" };
    prepare(undefined, { ...RELEASED, deployedIn: { dev: seen } });

    // Act
    await promote("loan-default", "dev", "prod", "--release", "v1");

    // Assess
    expect(app.read("environments/prod.ts")).toContain('release: "v1",');
    expect(JSON.parse(app.read(FILE)).deployedIn).toEqual({ dev: seen });
  });

  it.each([
    { current: "v0", what: "names the line to change when a constant is another release", isNamed: true },
    { current: "v1", what: "changes no environment when a constant is the release", isNamed: false },
  ])("writes the evidence, and $what", async ({ current, isNamed }) => {
    // Prepare
    prepare(inOutputs);
    app.write(FILE.replace("v1", "v0"), JSON.stringify({ ...RELEASED, id: "v0" }));
    app.edit("environments/prod.ts", (text) =>
      text
        .replace(/export const prod/, `const CURRENT = "${current}";\n$&`)
        .replace(/(?<="loan-default": \{\n)\s*artifact: .*\n\s*image: .*\n/, "      release: CURRENT,\n"),
    );
    let result: Result | undefined;

    // Act
    const changed = await changesOf(async () => {
      result = await promote("loan-default", "dev", "prod");
    });

    // Assess
    expect(changed).toEqual([FILE]);
    expect(result?.text.includes("Change the line yourself:")).toBe(isNamed);
    expect(result?.status).toBe(isNamed ? LINE_TO_CHANGE : 0);
  });

  it("reports every new fault of the target environment, and changes no file", async () => {
    // Prepare
    prepare(inOutputs);
    app.edit("environments/prod.ts", (text) =>
      text.replace('name: "prod",', '$&\n  promotedFrom: "staging",'),
    );

    // Act
    const promoted = promote("loan-default", "dev", "prod");

    // Assess
    await expect(promoted).rejects.toThrow("<from>: got dev; allowed: staging");
  });

  it.each([
    ["an unknown environment", ["loan-default", "dev", "qa"]],
    ["the same environment", ["loan-default", "dev", "dev"]],
  ])("throws UsageError for %s", async (_, words) => {
    // Act
    const promoted = promote(...words);

    // Assess
    await expect(promoted).rejects.toThrow(UsageError);
  });
});

/** The state of the fixture app's dev. */
const STATE = "terraform.dev.tfstate";

/** A gzip-compressed tar archive with one file. */
const VALID_ARCHIVE =
  "H4sIAAAAAAAAA+3OOwrCUBAF0NSuImQB8iLRwq2IhWDwg/ogiViIe/dpo1ioTRDhnOYOM1PcfVzWu+G2jYesNyGZVNU9k9cMYfQ03/ZlOU6Rh/4qPRzbbtHkedbE2L37+3T/U+fiVG9W664tprNyfhn8ug8AAAAAAAAAAADfuQJoUITLACgAAA==";
