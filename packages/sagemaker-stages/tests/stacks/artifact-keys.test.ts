import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { boundaryPolicy } from "../../src/iam/deployment/boundary";
import type { PolicyDocument } from "../../src/iam/policy-document";
import { ResolvedStack } from "../../src/testing/least-privilege/resolved-stack";
import { isAllowed } from "../deploy/support/evaluation";
import { example, exampleModel } from "./support/environments";
import { synthesizeOne } from "./support/synthesized";

const ACCOUNT = "111122223333";
const BUCKET = "amzn-s3-demo-bucket";

/** Folders of keys with characters that have a meaning for IAM or Terraform. */
const FOLDERS = [
  "models/name=churn/dt=2024-01-01",
  "a:b+c@d,e;f & g",
  "all*of?them",
  "$" + "{aws:username}/%" + "{if true}/$" + "{*}",
  "'\"\\<>[]{}|^`~#%20",
  "Größe",
];

function environmentWith(folder: string): Environment {
  return {
    ...example,
    accountId: ACCOUNT,
    models: {
      "loan-default": {
        image: exampleModel.image,
        artifact: `s3://${BUCKET}/${folder}/model.tar.gz`,
        instances: { instanceType: "ml.m5.large", initialInstanceCount: 2 },
        inNetwork: true,
        dataCapture: { destination: `s3://${BUCKET}/${folder}/captured`, samplingPercentage: 5 },
        deployment: { terminationWaitInSeconds: 120, rollbackOn: { alarmNames: [folder] } },
      },
    },
    network: { vpc: { availabilityZones: ["eu-central-1a"] } },
  };
}

/** Changes of a key that would match if IAM's characters were wildcards or variables. */
function nearMissesOf(text: string): string[] {
  return [
    text.replace("*", "x"),
    text.replace("?", "x"),
    text.replace("{aws:username}", "alice"),
    `${text}x`,
  ].filter((other) => other !== text);
}

describe.each(FOLDERS)("a key in the folder %s", (folder) => {
  const environment = environmentWith(folder);
  const stack = new ResolvedStack(environment.name, synthesizeOne(environment).terraform);
  const policyOf = (type: string, argument: string, value: string): PolicyDocument => {
    const resource = stack.find(type, argument, value);
    if (resource === undefined) throw new Error(`no ${type} has ${argument} ${value}`);
    return JSON.parse(resource.text("policy"));
  };
  const [endpointPolicy] = stack
    .all("aws_iam_role_policy")
    .map((policy): PolicyDocument => JSON.parse(policy.text("policy")))
    .filter(({ Statement }) => Statement.some(({ Sid }) => Sid === "ReadArtifacts"));
  if (endpointPolicy === undefined) throw new Error("the endpoint's role has no policy");
  const object = (key: string): string => `arn:aws:s3:::${BUCKET}/${key}`;
  const captured = (prefix: string): string =>
    object(`${prefix}/captured/${environment.name}-loan-default/AllTraffic/2026/1.jsonl`);
  const alarm = (name: string): string => `arn:aws:cloudwatch:eu-central-1:${ACCOUNT}:alarm:${name}`;

  it("reaches SageMaker unchanged", () => {
    // Act
    const [model] = stack.all("aws_sagemaker_model");
    const [configuration] = stack.all("aws_sagemaker_endpoint_configuration");
    const [endpoint] = stack.all("aws_sagemaker_endpoint");

    // Assess
    expect(model?.text("primary_container.model_data_url")).toBe(`s3://${BUCKET}/${folder}/model.tar.gz`);
    expect(configuration?.text("data_capture_config.destination_s3_uri")).toBe(
      `s3://${BUCKET}/${folder}/captured`,
    );
    expect(endpoint?.get("deployment_config.auto_rollback_configuration.alarms")).toEqual([
      { alarm_name: folder },
    ]);
  });

  it.each([
    ["s3:GetObject", (text: string) => object(`${text}/model.tar.gz`)],
    ["s3:PutObject", captured],
    ["cloudwatch:DescribeAlarms", alarm],
  ] as const)("is the only resource on which the endpoint's role may %s", (action, resourceOf) => {
    // Prepare
    const requestOf = (text: string) => ({ action, resource: resourceOf(text), context: {} });

    // Act
    const allowed = isAllowed([endpointPolicy], requestOf(folder));
    const others = nearMissesOf(folder).filter((text) => isAllowed([endpointPolicy], requestOf(text)));

    // Assess
    expect(allowed).toBe(true);
    expect(others).toEqual([]);
  });

  it("is allowed by the boundary and by the policy of the VPC endpoint for S3", () => {
    // Prepare
    const boundary = boundaryPolicy(environment, ACCOUNT);
    const gateway = policyOf("aws_vpc_endpoint", "vpc_endpoint_type", "Gateway");
    const role = `arn:aws:iam::${ACCOUNT}:role/${environment.name}-loan-default-endpoint`;
    const requests = [
      { action: "s3:GetObject", resource: object(`${folder}/model.tar.gz`) },
      { action: "s3:PutObject", resource: captured(folder) },
    ].map((one) => ({ ...one, context: { "aws:PrincipalArn": role } }));

    // Act
    const denied = [boundary, gateway].flatMap((policy) =>
      requests.filter((one) => !isAllowed([policy], one)),
    );

    // Assess
    expect(denied).toEqual([]);
    expect(
      nearMissesOf(folder).filter((text) =>
        isAllowed([gateway], {
          action: "s3:PutObject",
          resource: captured(text),
          context: { "aws:PrincipalArn": role },
        }),
      ),
    ).toEqual([]);
  });
});
