import { APIGatewayClient } from "@aws-sdk/client-api-gateway";
import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { CloudFrontClient } from "@aws-sdk/client-cloudfront";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import type { Emulator } from "./emulator";
import { CREDENTIALS } from "./programs";

// The pinned clients support every Node.js of package.json, and warn that later versions will not.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** The AWS SDK's clients of the emulator. */
export class Clients {
  readonly apiGateway: APIGatewayClient;
  readonly applicationAutoScaling: ApplicationAutoScalingClient;
  readonly cloudFront: CloudFrontClient;
  readonly cloudWatch: CloudWatchClient;
  readonly ec2: EC2Client;
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly s3: S3Client;
  readonly sagemaker: SageMakerClient;

  constructor({ endpoint }: Emulator, region: string) {
    const settings = { endpoint, region, credentials: CREDENTIALS };
    this.apiGateway = new APIGatewayClient(settings);
    this.applicationAutoScaling = new ApplicationAutoScalingClient(settings);
    this.cloudFront = new CloudFrontClient(settings);
    this.cloudWatch = new CloudWatchClient(settings);
    this.ec2 = new EC2Client(settings);
    this.iam = new IAMClient(settings);
    this.lambda = new LambdaClient(settings);
    this.logs = new CloudWatchLogsClient(settings);
    this.s3 = new S3Client({ ...settings, forcePathStyle: true });
    this.sagemaker = new SageMakerClient(settings);
  }
}
