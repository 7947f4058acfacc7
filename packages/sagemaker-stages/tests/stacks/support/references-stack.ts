import { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { App, TerraformStack, TerraformVariable } from "cdktf";
import type { Construct } from "constructs";
import { functionPackage } from "../../../src/constructs/function/function-code";
import { LambdaToSagemakerEndpoint } from "../../../src/constructs/lambda-to-sagemaker-endpoint";
import { AwsScope } from "../../../src/constructs/terraform/aws-scope";
import { requireVersions } from "../../../src/constructs/terraform/terraform-settings";

const REGION = "eu-central-1";

/** The construct with references to resources of the same stack, wherever a reference is supported. */
export class ReferencesStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new AwsProvider(this, "aws", { region: REGION });
    requireVersions(this);
    const account = new AwsScope(this, { region: REGION });
    const bucket = new S3Bucket(this, "bucket", {});
    const key = new KmsKey(this, "key", {});
    const repository = new EcrRepository(this, "repository", { name: "model" });
    const vpc = new Vpc(this, "vpc", { cidrBlock: "10.0.0.0/16" });
    const subnet = new Subnet(this, "subnet", { vpcId: vpc.id, cidrBlock: "10.0.0.0/24" });
    const group = new SecurityGroup(this, "group", { vpcId: vpc.id });
    const memory = new TerraformVariable(this, "memory", { type: "number", default: 512 });
    const concurrency = new TerraformVariable(this, "concurrency", { type: "number", default: 40 });

    const common = { account, logRetentionInDays: 7 };
    const own = new LambdaToSagemakerEndpoint(this, "own", {
      ...common,
      name: `${id}-own`,
      newFunction: {
        code: functionPackage("loan-default", `${App.of(this).outdir}/functions`),
        description: `Scores with ${repository.name}`,
        memorySizeInMb: memory.numberValue,
        reservedConcurrency: concurrency.numberValue,
        environment: { BUCKET: bucket.bucket },
      },
      newEndpoint: {
        artifact: `s3://${bucket.bucket}/models/1/model.tar.gz`,
        artifactKeyArn: key.arn,
        image: { uri: `${repository.repositoryUrl}:1` },
        containerEnvironment: { BUCKET: bucket.bucket },
        instances: { instanceType: "ml.m5.large", initialInstanceCount: 1 },
        inNetwork: true,
        volumeKeyArn: key.arn,
        dataCapture: { destination: `s3://${bucket.bucket}/captured`, samplingPercentage: 1 },
      },
      existingVpc: { subnetIds: [subnet.id], securityGroupIds: [group.id] },
      tags: { Repository: repository.name },
    });
    const { resource } = own.sagemakerEndpoint;
    if (resource === undefined) throw new Error("a new endpoint is a resource");
    new LambdaToSagemakerEndpoint(this, "theirs", {
      ...common,
      name: `${id}-theirs`,
      existingFunction: own.lambdaFunction.arn,
      existingEndpoint: resource.name,
    });
  }
}
