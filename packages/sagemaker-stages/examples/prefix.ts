import type { Environment } from "sagemaker-stages";

/**
 * An uncompressed artifact: SageMaker downloads all objects below a prefix in S3 to instances with GPUs. The instances are
 * in a VPC of the environment. The endpoint's role can list and read only this prefix.
 */
export const prefix: Environment = {
  name: "prefix",
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.prefix.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 30 },
  network: { vpc: { availabilityZones: ["eu-central-1a", "eu-central-1b"] } },
  models: {
    "ticket-urgency": {
      artifact: "s3://amzn-s3-demo-bucket/ticket-urgency/2026-11-20/",
      artifactKeyArn: "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
      image: {
        framework: "pytorch",
        version: "2.6.0",
        python: "py312",
        os: "ubuntu22.04",
        accelerator: "gpu",
        cuda: "cu124",
      },
      instances: { instanceType: "ml.g5.xlarge", initialInstanceCount: 1 },
      inNetwork: true,
    },
  },
};
