import type { Environment } from "sagemaker-stages";

/**
 * A release: `functions/energy-demand/releases/2026-11-20.json` pins the artifact by its SHA-256, and the image by its digest. The
 * artifact is in the bucket of another account, and Terraform copies it to a bucket of the environment.
 */
export const releases: Environment = {
  name: "releases",
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.releases.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 30 },
  models: {
    "energy-demand": {
      release: "2026-11-20",
      serverless: { memorySizeInMb: 1024, maxConcurrency: 5 },
    },
  },
};
