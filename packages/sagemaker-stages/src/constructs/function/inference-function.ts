import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import type { FunctionSettings } from "../../environment/model-settings";
import { functionRolePolicy, functionRoleTrust } from "../../iam/workload/function-role";
import type { NetworkPlace } from "../network/network";
import type { Account } from "../terraform/account";
import { terraformJson } from "../terraform/terraform-json";
import type { EndpointFunction } from "./endpoint-function";
import type { FunctionPackage } from "./function-code";
import { FUNCTION_TIMEOUT_IN_SECONDS } from "./time-budget";

/** What a function runs on. */
export type Architecture = (typeof ARCHITECTURES)[number];

/** Every value of {@link Architecture}. */
export const ARCHITECTURES = ["arm64", "x86_64"] as const;

/** A function's code and what it is told. */
export interface NewFunction extends FunctionSettings {
  /** The code on this machine: a zip, its SHA-256, the handler in it and the runtime for it. */
  readonly code: FunctionPackage;
  /** What it does, at most 256 characters (https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html). */
  readonly description: string;
  /**
   * Environment variables beside the one that names the endpoint, which is none of them; together at most 4096 bytes,
   * without Lambda's own names (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html). Plans show
   * them: no secrets.
   *
   * @default - none
   */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * `arm64`, which costs less, or `x86_64`, for code that was compiled for it
   * (https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html).
   *
   * @default "arm64"
   */
  readonly architecture?: Architecture;
  /**
   * Seconds that an invocation may take, 1–900
   * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). Behind API Gateway no more than the
   * default: it answers with an error after 29 seconds, whatever the function does.
   *
   * @default 28
   */
  readonly timeoutInSeconds?: number;
}

/** Props of {@link InferenceFunction}. */
export interface InferenceFunctionProps {
  readonly account: Account;
  /** Name of the function, and prefix of its role's; at most 55 characters. */
  readonly name: string;
  readonly settings: NewFunction;
  /** The endpoint it asks. */
  readonly endpoint: { readonly endpointName: string; readonly endpointArn: string };
  /** The variable in which it looks for the endpoint's name. */
  readonly variableName: string;
  /**
   * ARN of the permissions boundary of the role.
   *
   * @default - none
   */
  readonly permissionsBoundaryArn?: string | undefined;
  /** Days that its log is kept. */
  readonly logRetentionInDays: number;
  /**
   * The subnets and security groups that it runs in.
   *
   * @default - none: it runs in Lambda's own network
   */
  readonly network?: NetworkPlace | undefined;
  /** Tags beyond the provider's default tags. */
  readonly tags: Readonly<Record<string, string>>;
}

/** A request of 6 MB, parsed, encoded and answered, fits; CPU grows with memory and cold starts shrink. */
const MEMORY_SIZE_IN_MB = 256;

/** The function behind a route: its role, its log group and itself. */
export class InferenceFunction extends Construct implements EndpointFunction {
  readonly functionName: string;
  readonly functionArn: string;
  readonly functionReference: string;
  readonly routeStatementId = "ApiGatewayRoute";
  /** Of its role; known before anything is deployed. */
  readonly roleArn: string;
  /** What its role may do, for dependencies. */
  readonly rolePolicy: IamRolePolicy;
  /** The function itself, for dependencies. */
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: InferenceFunctionProps) {
    super(scope, id);
    const { account, name, settings, endpoint, network, tags } = props;
    this.functionName = name;
    this.functionArn = account.arn("lambda", `function:${name}`);
    const roleName = `${name}-function`;
    this.roleArn = account.roleArn(roleName);

    const logGroup = new CloudwatchLogGroup(this, "log-group", {
      name: `/aws/lambda/${name}`,
      retentionInDays: props.logRetentionInDays,
      tags,
    });
    const role = new IamRole(this, "role", {
      name: roleName,
      description: `Role of the Lambda function ${name}`,
      assumeRolePolicy: terraformJson(functionRoleTrust({ accountId: account.accountId })),
      ...(props.permissionsBoundaryArn === undefined
        ? {}
        : { permissionsBoundary: props.permissionsBoundaryArn }),
      tags,
    });
    this.rolePolicy = new IamRolePolicy(this, "policy", {
      name: "function",
      role: role.name,
      policy: terraformJson(
        functionRolePolicy({
          endpointArn: endpoint.endpointArn,
          logGroupArn: account.arn("logs", `log-group:/aws/lambda/${name}`),
          functionInVpcArn: network === undefined ? undefined : this.functionArn,
        }),
      ),
    });

    const { code } = settings;
    const asset = new TerraformAsset(this, "code", { path: code.zipFile, type: AssetType.FILE });
    this.function = new LambdaFunction(this, "function", {
      functionName: name,
      description: settings.description,
      role: role.arn,
      runtime: code.runtime,
      architectures: [settings.architecture ?? "arm64"],
      handler: code.handler,
      filename: asset.path,
      sourceCodeHash: code.sha256,
      timeout: settings.timeoutInSeconds ?? FUNCTION_TIMEOUT_IN_SECONDS,
      memorySize: settings.memorySizeInMb ?? MEMORY_SIZE_IN_MB,
      ...(settings.reservedConcurrency === undefined
        ? {}
        : { reservedConcurrentExecutions: settings.reservedConcurrency }),
      environment: {
        variables: { [props.variableName]: endpoint.endpointName, ...settings.environment },
      },
      // JSON, so that Lambda's own lines can be queried like the handler's.
      loggingConfig: { logFormat: "JSON", logGroup: logGroup.name },
      tracingConfig: { mode: "Active" },
      ...(network === undefined ? {} : { vpcConfig: { ...network } }),
      tags,
      // Lambda takes a role whose policy has not arrived yet, and then fails its first requests.
      dependsOn: [this.rolePolicy],
    });
    this.functionReference = this.function.functionName;
  }
}
