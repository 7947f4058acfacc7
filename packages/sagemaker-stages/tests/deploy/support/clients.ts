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
import aws4 from "aws4";
import type { Emulator } from "./emulator";
import { CREDENTIALS } from "./programs";

// The pinned clients support every Node.js of package.json, and warn that later versions will not.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** The version of the API of Amazon SNS. */
export const SNS_VERSION = "2010-03-31";

/** A request to a service of AWS. */
export interface ServiceRequest {
  /** The name in signatures. */
  readonly service: string;
  readonly region: string;
  readonly method: string;
  /** @default / */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

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

  private readonly endpoint: string;
  private readonly accountId: string;

  constructor(
    { endpoint, accountId }: Emulator,
    /** The environment's region. */
    readonly region: string,
  ) {
    this.endpoint = endpoint;
    this.accountId = accountId;
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

  /**
   * Sends a signed request to a service without a client in the dependencies.
   *
   * @returns the body
   * @throws Error if the status is not 200
   */
  async send(request: ServiceRequest): Promise<string> {
    const { service, region, method, path = "/", headers = {}, body } = request;
    const { host } = new URL(this.endpoint);
    const { headers: signed = {} } = aws4.sign(
      {
        service,
        region,
        host,
        method,
        path,
        headers: { ...headers },
        ...(body === undefined ? {} : { body }),
      },
      CREDENTIALS,
    );
    const response = await fetch(`${this.endpoint}${path}`, {
      method,
      headers: Object.fromEntries(Object.entries(signed).map(([name, value]) => [name, String(value)])),
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${service} ${method} ${path}: ${response.status} ${text}`);
    return text;
  }

  /**
   * Calls an operation of a service with the protocol JSON 1.1, in the environment's region.
   *
   * @param target - the prefix of the service, a dot, and the operation
   * @throws Error if the emulator does not answer 200
   */
  async call(service: string, target: string, body: object): Promise<object> {
    const answer = await this.send({
      service,
      region: this.region,
      method: "POST",
      headers: { "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target },
      body: JSON.stringify(body),
    });
    return JSON.parse(answer) as object;
  }

  /**
   * Calls an operation of a service with the query protocol, in the environment's region.
   *
   * @param version - the version of the service's API
   * @param parameters - the parameters of the operation. Default: none
   * @returns the answer, in XML
   * @throws Error if the emulator does not answer 200
   */
  query(
    service: string,
    version: string,
    operation: string,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    return this.send({
      service,
      region: this.region,
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ Action: operation, Version: version, ...parameters }).toString(),
    });
  }

  /** The ARNs of the topics. @throws Error if the emulator does not answer 200 */
  async listTopics(): Promise<readonly string[]> {
    const topics = await this.query("sns", SNS_VERSION, "ListTopics");
    return [...topics.matchAll(/<TopicArn>([^<]+)<\/TopicArn>/g)].map(([, arn = ""]) => arn);
  }

  /** The ids of the identity pools. @throws Error if the emulator does not answer 200 */
  async listIdentityPools(): Promise<readonly string[]> {
    const { IdentityPools } = (await this.call(
      "cognito-identity",
      "AWSCognitoIdentityService.ListIdentityPools",
      { MaxResults: 60 },
    )) as { IdentityPools: readonly { readonly IdentityPoolId: string }[] };
    return IdentityPools.map(({ IdentityPoolId }) => IdentityPoolId);
  }

  /** The names of the budgets. @throws Error if the emulator does not answer 200 */
  async listBudgets(): Promise<readonly string[]> {
    const { Budgets } = (await this.call("budgets", "AWSBudgetServiceGateway.DescribeBudgets", {
      AccountId: this.accountId,
    })) as { Budgets: readonly { readonly BudgetName: string }[] };
    return Budgets.map(({ BudgetName }) => BudgetName);
  }

  /** The ARNs of the web ACLs. @throws Error if the emulator does not answer 200 */
  async listWebAcls(scope: "REGIONAL" | "CLOUDFRONT"): Promise<readonly string[]> {
    const answer = await this.send({
      service: "wafv2",
      region: scope === "CLOUDFRONT" ? "us-east-1" : this.region,
      method: "POST",
      headers: {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "AWSWAF_20190729.ListWebACLs",
      },
      body: JSON.stringify({ Scope: scope }),
    });
    const { WebACLs } = JSON.parse(answer) as { WebACLs: readonly { readonly ARN: string }[] };
    return WebACLs.map(({ ARN }) => ARN);
  }
}
