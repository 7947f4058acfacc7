import { describe, expect, it, jest } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { dev, drift, inApp, irisRows, source, writeIrisBaseline } from "./support/app";
import { serveAws } from "./support/aws";
import { recordsOfRows } from "./support/captured";

const DAY = "dev-iris/AllTraffic/2026/11/29";
const OF_CAPTURE = "dev-capture-111122223333-eu-central-1";

describe("the command drift with captured requests in S3", () => {
  const app = inApp();
  const aws = serveAws();

  /** Writes 1,000 rows to five objects of the bucket. */
  function capture(bucket: string, prefix = "", shift = 0): void {
    aws.bucket = bucket;
    for (let hour = 0; hour < 5; hour++) {
      const rows = irisRows(200, hour + 2, shift);
      aws.objects.set(
        `${prefix}${DAY}/0${hour}/a b+c=(${hour}).jsonl`,
        recordsOfRows(rows, `2026-11-29T0${hour}:10:00Z`),
      );
    }
  }

  it("finds the bucket of the function's capture, lists the days of the period, and requires the owner", async () => {
    // Prepare
    await writeIrisBaseline(app.folder);
    capture(OF_CAPTURE);
    aws.objects.set("dev-iris/AllTraffic/2026/11/01/00/old.jsonl", "not in the period");
    aws.objects.set("dev-churn/AllTraffic/2026/11/29/00/other.jsonl", "of another model");

    // Act
    const { status, stdout, stderr } = await app.drift("dev");

    // Assess
    expect(stderr).toBe("");
    expect(stdout).toContain(
      "Without a baseline (npx sagemaker-stages baseline <model> --data <file>): churn",
    );
    expect(stdout).toContain(
      `iris: 1,000 captured rows in 1,000 records of 2026-11-29T00:10Z to 2026-11-29T04:10Z, s3://${OF_CAPTURE}/dev-iris/AllTraffic`,
    );
    expect(status).toBe(0);
    expect([...aws.owners]).toEqual(["111122223333"]);
    expect(
      aws.requests.filter((request) => request.includes("old") || request.includes("dev-churn")),
    ).toEqual([]);
    expect(aws.requests[0]).toMatch(/^sts /);
  });

  it("reads the destination of SageMaker's data capture when the model has one", async () => {
    // Prepare
    await writeIrisBaseline(app.folder);
    capture("amzn-s3-demo-bucket", "a/captured data/", 0.8);
    const environment: Environment = {
      ...dev,
      accountId: "111122223333",
      models: {
        iris: {
          ...source,
          instances: { instanceType: "ml.m5.large", initialInstanceCount: 1 },
          dataCapture: {
            destination: "s3://amzn-s3-demo-bucket/a/captured data",
            samplingPercentage: 100,
          },
        },
      },
    };

    // Act
    const { status, stdout } = await drift(environment, "dev");
    const both = await drift(
      {
        ...environment,
        models: { iris: { ...environment.models.iris, capture: { percent: 100 } } },
      } as Environment,
      "dev",
    );

    // Assess
    expect(stdout).toContain("s3://amzn-s3-demo-bucket/a/captured data/dev-iris/AllTraffic");
    expect(stdout).not.toContain("dataCapture and capture");
    expect(both.stdout).toContain("s3://amzn-s3-demo-bucket/a/captured data/dev-iris/AllTraffic");
    expect(both.stdout).toContain(
      `The model has dataCapture and capture. Compared: the requests of dataCapture, because they contain all values. For the requests of capture: --captured s3://${OF_CAPTURE}`,
    );
    expect(status).toBe(1);
    expect([...aws.owners]).toEqual([undefined]);
  });

  it("reads the folder of the variant when the model has an existing endpoint with a targetVariant", async () => {
    // Prepare
    await writeIrisBaseline(app.folder);
    capture(OF_CAPTURE);
    for (const [key, text] of [...aws.objects]) {
      aws.objects.set(key.replace("dev-iris/AllTraffic", "shared/blue"), text);
      aws.objects.set(key.replace("dev-iris/AllTraffic", "shared/green"), "of another variant");
    }
    const environment: Environment = {
      ...dev,
      models: {
        iris: {
          existingEndpoint: "shared",
          targetVariant: "blue",
          capture: { percent: 100, keep: ["length", "width", "colour"] },
        },
      },
    };

    // Act
    const ofSettings = await drift(environment, "dev");
    const ofOption = await drift(environment, "dev", "--captured", `s3://${OF_CAPTURE}`);

    // Assess
    expect(ofSettings).toMatchObject({ status: 0, stderr: "" });
    expect(ofSettings.stdout).toContain(`s3://${OF_CAPTURE}/shared/blue;`);
    expect(ofOption.stdout).toContain(`s3://${OF_CAPTURE}/shared/blue;`);
    expect(ofOption.status).toBe(0);
  });

  it("reads an S3 URI of the command line: the folder of all endpoints, or of one model", async () => {
    // Prepare
    await writeIrisBaseline(app.folder);
    capture("amzn-s3-demo-bucket", "copy/");

    // Act
    const all = await app.drift("dev", "--captured", "s3://amzn-s3-demo-bucket/copy");
    const one = await app.drift(
      "dev",
      "--model",
      "iris",
      "--captured",
      `s3://amzn-s3-demo-bucket/copy/${DAY}/03/`,
    );

    // Assess
    expect(all.stdout).toContain("1,000 captured rows");
    expect(one.stdout).toContain("200 captured rows");
  });

  it("sends the number of drifting features to CloudWatch when --put-metric is set", async () => {
    // Prepare
    await writeIrisBaseline(app.folder);
    capture(OF_CAPTURE, "", 0.8);

    // Act
    const { status, stdout } = await drift(
      { ...dev, project: "shop" },
      "dev",
      "--captured",
      `s3://${OF_CAPTURE}`,
      "--model",
      "iris",
      "--put-metric",
    );

    // Assess
    expect(status).toBe(1);
    expect(stdout).toContain("Metric: SageMakerStages Drift iris: 1");
    expect(aws.metrics.map((form) => Object.fromEntries(form))).toEqual([
      {
        Action: "PutMetricData",
        Version: "2010-08-01",
        Namespace: "SageMakerStages",
        "MetricData.member.1.MetricName": "Drift",
        "MetricData.member.1.Unit": "Count",
        "MetricData.member.1.Value": "1",
        "MetricData.member.1.Dimensions.member.1.Name": "Environment",
        "MetricData.member.1.Dimensions.member.1.Value": "shop-dev",
        "MetricData.member.1.Dimensions.member.2.Name": "Model",
        "MetricData.member.1.Dimensions.member.2.Value": "iris",
      },
    ]);
  });

  it.each([
    { failure: "throttling", statuses: [503, 429, 503, 503, 503, 503, 503], status: 0, requests: 8 },
    { failure: "longer throttling", statuses: Array.from({ length: 8 }, () => 503), status: 4, requests: 8 },
    { failure: "an error of AWS", statuses: [500, 500, 500], status: 4, requests: 3 },
  ])("has the exit status $status, after $requests requests, for $failure", async (expected) => {
    // Prepare
    await writeIrisBaseline(app.folder);
    capture(OF_CAPTURE);
    aws.failures = [...expected.statuses];
    const random = jest.spyOn(Math, "random").mockReturnValue(0);

    // Act
    const { status } = await app.drift("dev", "--model", "iris");

    // Assess
    random.mockRestore();
    expect(status).toBe(expected.status);
    expect(aws.requests.filter((request) => request.startsWith("sts "))).toHaveLength(expected.requests);
  });

  it("has the exit status 4 when AWS does not answer", async () => {
    // Prepare
    await writeIrisBaseline(app.folder);
    process.env.AWS_ENDPOINT_URL = "http://127.0.0.1:1";
    const random = jest.spyOn(Math, "random").mockReturnValue(0);

    // Act
    const { status, stderr } = await app.drift("dev", "--model", "iris");

    // Assess
    random.mockRestore();
    expect(status).toBe(4);
    expect(stderr).toMatch(/^Not compared: iris: http:\/\/127\.0\.0\.1:1: no answer: /);
  });

  it("repeats a request that fails in AWS, and names the cause when AWS refuses it", async () => {
    // Prepare
    await writeIrisBaseline(app.folder);
    capture(OF_CAPTURE);
    aws.failures = [503, 500];
    // No pause: each pause is a random part of its interval.
    const random = jest.spyOn(Math, "random").mockReturnValue(0);

    // Act
    const repeated = await app.drift("dev");
    aws.bucket = "another";
    const refused = await app.drift("dev");
    process.env.AWS_SECRET_ACCESS_KEY = "wrong";
    const forged = await app.drift("dev");

    // Assess
    expect(random).toHaveBeenCalledTimes(2);
    random.mockRestore();
    expect(repeated.status).toBe(0);
    expect(refused.status).toBe(4);
    expect(refused.stderr).toMatch(
      /Not compared: iris: s3:\/\/dev-capture-111122223333-eu-central-1\/\S*: the bucket does not exist\. Captured requests need the setting capture or dataCapture/,
    );
    expect(forged.status).toBe(4);
    expect(forged.stderr).toContain(
      "AWS credentials: SignatureDoesNotMatch: The message of SignatureDoesNotMatch",
    );
  });
});
