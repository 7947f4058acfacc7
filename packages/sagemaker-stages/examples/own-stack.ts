import { resolve } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { AwsScope, functionPackage, LambdaToSagemakerEndpoint, requireVersions } from "sagemaker-stages";

const REGION = "eu-central-1";

/**
 * The construct in a custom stack, without a stage: a function that invokes an endpoint. The function and the endpoint
 * are in a VPC without internet access. `code` can be any package: a zip, its SHA-256 in base64, the handler and
 * Lambda's runtime.
 */
export class OwnStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new AwsProvider(this, "aws", { region: REGION });
    requireVersions(this);

    const scoring = new LambdaToSagemakerEndpoint(this, "scoring", {
      account: new AwsScope(this, { region: REGION }),
      name: `${id}-scoring`,
      newFunction: {
        code: functionPackage("loan-default", resolve(App.of(this).outdir, "functions")),
        description: "Scores",
        memorySizeInMb: 512,
      },
      newEndpoint: {
        artifact: "s3://amzn-s3-demo-bucket/loan-default/2026-11-20/model.tar.gz",
        image: { algorithm: "linear-learner", tag: "1" },
        instances: { instanceType: "ml.m5.large", initialInstanceCount: 1 },
        inNetwork: true,
      },
      newVpc: { availabilityZones: [`${REGION}a`, `${REGION}b`] },
      logRetentionInDays: 30,
    });

    new TerraformOutput(this, "function", { value: scoring.lambdaFunction.arn });
    new TerraformOutput(this, "endpoint", { value: scoring.sagemakerEndpoint.endpointName });
  }
}
