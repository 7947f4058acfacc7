import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { providerOfRuntime } from "../../aws/lambda-runtimes";
import { targetVariables } from "../../environment/settings/endpoint/targets";
import {
  type AsyncObjects,
  type FunctionCapture,
  functionRolePolicy,
  functionRoleTrust,
} from "../../iam/workload/function-role";
import { omitUndefined } from "../../lib/omit-undefined";
import type { VpcConfig } from "../network/vpc-config";
import type { AwsScope } from "../terraform/aws-scope";
import { requireProviderVersion } from "../terraform/provider-version";
import { terraformJson } from "../terraform/terraform-json";
import type { EndpointFunction, TargetedEndpoint } from "./endpoint-function";
import type { ParsedNewFunction } from "./new-function";

/** Props of {@link InferenceFunction}. */
export interface InferenceFunctionProps {
  readonly account: AwsScope;
  /** Name of the function, and prefix of its role's name; at most 55 characters. */
  readonly name: string;
  readonly settings: ParsedNewFunction;
  /** The endpoint that the function invokes. */
  readonly endpoint: TargetedEndpoint;
  /** The variable from which the function reads the endpoint's name. */
  readonly variableName: string;
  /**
   * ARN of the permissions boundary of the role.
   *
   * @default - none
   */
  readonly permissionsBoundaryArn?: string | undefined;
  /** Days that the function's log is kept. */
  readonly logRetentionInDays: number;
  /**
   * The subnets and security groups of the function.
   *
   * @default - none: the function runs in Lambda's own network
   */
  readonly network?: VpcConfig | undefined;
  /** The objects to which the function writes captured requests. @default - none */
  readonly capture?: FunctionCapture | undefined;
  /** The objects of asynchronous requests. @default - the endpoint answers in real time */
  readonly asyncObjects?: AsyncObjects | undefined;
  /** Tags beyond the provider's default tags. */
  readonly tags: Readonly<Record<string, string>>;
}

/** A new function that answers a route, with its role and log group. */
export class InferenceFunction extends Construct implements EndpointFunction {
  readonly functionName: string;
  readonly functionArn: string;
  readonly functionReference: string;
  readonly routeStatementId = "ApiGatewayRoute";
  /** ARN of the function's role; known before the deployment. */
  readonly roleArn: string;
  /** ARN of the objects to which the function writes captured requests; `undefined` without capture. */
  readonly capturedObjectsArn: string | undefined;
  /** The objects of asynchronous requests; `undefined` if the endpoint answers in real time. */
  readonly asyncObjects: AsyncObjects | undefined;
  /** The policy of the function's role, for dependencies. */
  readonly rolePolicy: IamRolePolicy;
  /** Terraform's resource of the function, for dependencies. */
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: InferenceFunctionProps) {
    super(scope, id);
    const { account, name } = props;
    this.functionName = name;
    this.functionArn = account.arn("lambda", `function:${name}`);
    this.roleArn = account.roleArn(roleNameOf(props));
    this.capturedObjectsArn = props.capture?.objectsArn;
    this.asyncObjects = props.asyncObjects;

    const logGroup = this.createLogGroup(props);
    const role = this.createRole(props);
    this.rolePolicy = this.createRolePolicy(role, props);
    this.function = this.createFunction(role, logGroup, props);
    this.functionReference = this.function.functionName;
  }

  private createLogGroup({ name, logRetentionInDays, tags }: InferenceFunctionProps): CloudwatchLogGroup {
    return new CloudwatchLogGroup(this, "log-group", {
      name: logGroupNameOf(name),
      retentionInDays: logRetentionInDays,
      tags,
    });
  }

  private createRole(props: InferenceFunctionProps): IamRole {
    const { account, name, tags } = props;
    return new IamRole(
      this,
      "role",
      omitUndefined({
        name: roleNameOf(props),
        description: `Role of the Lambda function ${name}`,
        assumeRolePolicy: terraformJson(functionRoleTrust({ accountId: account.accountId })),
        permissionsBoundary: props.permissionsBoundaryArn,
        tags,
      }),
    );
  }

  private createRolePolicy(
    role: IamRole,
    { account, name, endpoint, network, capture, asyncObjects }: InferenceFunctionProps,
  ): IamRolePolicy {
    return new IamRolePolicy(this, "policy", {
      name: "function",
      role: role.name,
      policy: terraformJson(
        functionRolePolicy({
          endpoint,
          logGroupArn: account.arn("logs", `log-group:${logGroupNameOf(name)}`),
          functionInVpcArn: network === undefined ? undefined : this.functionArn,
          capture,
          asyncObjects,
        }),
      ),
    });
  }

  private createFunction(
    role: IamRole,
    logGroup: CloudwatchLogGroup,
    { name, settings, endpoint, variableName, network, tags }: InferenceFunctionProps,
  ): LambdaFunction {
    const { code, ephemeralStorageInMb: size } = settings;
    const provider = providerOfRuntime(code.runtime);
    if (provider !== undefined) requireProviderVersion(this, provider);
    const asset = new TerraformAsset(this, "code", { path: code.zipFile, type: AssetType.FILE });
    return new LambdaFunction(
      this,
      "function",
      omitUndefined({
        functionName: name,
        description: settings.description,
        role: role.arn,
        runtime: code.runtime,
        architectures: [settings.architecture],
        handler: code.handler,
        filename: asset.path,
        sourceCodeHash: code.sha256,
        timeout: settings.timeoutInSeconds,
        memorySize: settings.memorySizeInMb,
        ephemeralStorage: size === undefined ? undefined : { size },
        reservedConcurrentExecutions: settings.reservedConcurrency,
        environment: {
          variables: {
            [variableName]: endpoint.endpointName,
            ...targetVariables(endpoint.target ?? {}),
            ...settings.environment,
          },
        },
        // JSON, so that queries can read Lambda's own lines like the handler's lines.
        loggingConfig: { logFormat: "JSON", logGroup: logGroup.name },
        tracingConfig: { mode: "Active" },
        vpcConfig: network && { ...network },
        tags,
        // Lambda accepts a role before its policy takes effect, and then fails the first requests.
        dependsOn: [this.rolePolicy],
      }),
    );
  }
}

function roleNameOf({ name }: Pick<InferenceFunctionProps, "name">): string {
  return `${name}-function`;
}

function logGroupNameOf(name: string): string {
  return `/aws/lambda/${name}`;
}
