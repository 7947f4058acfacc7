import type { Environment } from "sagemaker-stages";

/**
 * An endpoint on instances with autoscaling. An update first sends a tenth of the traffic to the new model, and rolls back
 * on errors or high latency. Data capture stores a sample of the traffic for a model monitor. Customer-managed KMS keys
 * encrypt the volumes, the artifact and the captured data.
 */
export const instances: Environment = {
  name: "instances",
  region: "eu-central-1",
  accountId: "111122223333",
  protected: true,
  state: { s3: { bucket: "amzn-s3-demo-state-bucket", key: "stages/instances.tfstate" } },
  stage: { throttling: { rateLimit: 500, burstLimit: 1_000 }, logRetentionInDays: 90 },
  models: {
    "energy-demand": {
      artifact: "s3://amzn-s3-demo-bucket/energy-demand/2026-11-20/model.tar.gz",
      artifactKeyArn: "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
      image: { framework: "xgboost", version: "1.7-1" },
      instances: {
        instanceType: "ml.m5.large",
        initialInstanceCount: 2,
        autoscaling: {
          minCapacity: 2,
          maxCapacity: 6,
          targetInvocationsPerInstance: 600,
          scaleInCooldownInSeconds: 600,
        },
        containerStartupHealthCheckTimeoutInSeconds: 120,
      },
      networkIsolation: true,
      volumeKeyArn: "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ac",
      dataCapture: {
        destination: "s3://amzn-s3-demo-bucket/captured",
        samplingPercentage: 5,
        kmsKeyArn: "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ad",
      },
      deployment: {
        trafficShift: { canary: { percent: 10, waitInSeconds: 300 } },
        terminationWaitInSeconds: 300,
        maximumExecutionTimeoutInSeconds: 3_600,
        rollbackOn: { serverErrorsPerMinute: 5, modelLatencyInMs: 500, alarmNames: ["checkout-errors"] },
      },
      tags: { CostCenter: "4711" },
    },
  },
};
