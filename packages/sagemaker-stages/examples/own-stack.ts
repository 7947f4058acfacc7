import { resolve } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { AwsScope, functionPackage, LambdaToSagemakerEndpoint, requireVersions } from "sagemaker-stages";

const REGION = "eu-central-1";

/**
 * The construct in a stack of one's own, without a stage in front of it: a function that may ask an endpoint, both in a
 * VPC without a way to the internet. Any code does: a zip, its base64 SHA-256, the handler and Lambda's runtime.
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
