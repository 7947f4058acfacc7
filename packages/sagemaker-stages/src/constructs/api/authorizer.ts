import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { providerOfRuntime } from "../../aws/lambda-runtimes";
import { AUTHORIZER } from "../../environment/rules/name-checks";
import { authorizerRolePolicy, functionRoleTrust } from "../../iam/workload/function-role";
import { omitUndefined } from "../../lib/omit-undefined";
import type { FunctionPackage } from "../function/function-code";
import { FUNCTION_ARCHITECTURE } from "../function/new-function";
import type { AwsScope } from "../terraform/aws-scope";
import { requireProviderVersion } from "../terraform/provider-version";
import { terraformJson } from "../terraform/terraform-json";

/**
 * Enough for two documents of the issuer, of 2 seconds each, and for the start of the function. An issuer that does not answer
 * occupies concurrency of the account for this time.
 */
const TIMEOUT_IN_SECONDS = 6;

/** Lambda gives CPU time in proportion to memory: with 256 MB, a start and the check of a signature take about 0.3 seconds. */
const MEMORY_SIZE_IN_MB = 256;

/** The size of the function, from which its price follows. */
export const AUTHORIZER_SIZE = { memorySizeInMb: MEMORY_SIZE_IN_MB, architecture: FUNCTION_ARCHITECTURE };

/** Props of {@link Authorizer}. */
export interface AuthorizerProps {
  readonly account: AwsScope;
  /** The environment's prefix. The function's name is `<prefix>-authorizer`. */
  readonly prefix: string;
  readonly code: FunctionPackage;
  /** The function's environment variables. @default - none */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /**
   * Lambda's reserved concurrency.
   *
   * @default - none
   */
  readonly reservedConcurrency?: number | undefined;
  /**
   * ARN of the permissions boundary of the role.
   *
   * @default - none
   */
  readonly permissionsBoundaryArn?: string | undefined;
  /** Days that the function's log is kept. */
  readonly logRetentionInDays: number;
}

/**
 * The function that checks callers' credentials for the routes of one environment, with its role and log group. The role may
 * only write to the log group. The function stays outside of the environment's network, because it reads the keys of issuers
 * on the internet.
 */
export class Authorizer extends Construct {
  /** Known before the deployment, so that a plan shows the API's document. */
  readonly functionArn: string;
  /** The name as a reference to the function: a resource with the reference waits for the function. */
  readonly functionReference: string;

  constructor(scope: Construct, id: string, props: AuthorizerProps) {
    super(scope, id);
    const { account, prefix, code, logRetentionInDays: retentionInDays } = props;
    const name = `${prefix}-${AUTHORIZER}`;
    const logGroupName = `/aws/lambda/${name}`;
    this.functionArn = account.arn("lambda", `function:${name}`);

    const logGroup = new CloudwatchLogGroup(this, "log-group", { name: logGroupName, retentionInDays });
    const role = new IamRole(
      this,
      "role",
      omitUndefined({
        name: `${name}-function`,
        description: `Role of the Lambda function ${name}`,
        assumeRolePolicy: terraformJson(functionRoleTrust({ accountId: account.accountId })),
        permissionsBoundary: props.permissionsBoundaryArn,
      }),
    );
    const rolePolicy = new IamRolePolicy(this, "policy", {
      name: "function",
      role: role.name,
      policy: terraformJson(
        authorizerRolePolicy({ logGroupArn: account.arn("logs", `log-group:${logGroupName}`) }),
      ),
    });
    const provider = providerOfRuntime(code.runtime);
    if (provider !== undefined) requireProviderVersion(this, provider);
    const asset = new TerraformAsset(this, "code", { path: code.zipFile, type: AssetType.FILE });
    const fn = new LambdaFunction(
      this,
      "function",
      omitUndefined({
        functionName: name,
        description: "Checks the callers' credentials for the stage's routes",
        role: role.arn,
        runtime: code.runtime,
        architectures: [FUNCTION_ARCHITECTURE],
        handler: code.handler,
        filename: asset.path,
        sourceCodeHash: code.sha256,
        timeout: TIMEOUT_IN_SECONDS,
        reservedConcurrentExecutions: props.reservedConcurrency,
        memorySize: MEMORY_SIZE_IN_MB,
        environment: props.variables && { variables: { ...props.variables } },
        loggingConfig: { logFormat: "JSON", logGroup: logGroup.name },
        // Lambda accepts a role before its policy takes effect, and the first lines of the log would be lost.
        dependsOn: [rolePolicy],
      }),
    );
    this.functionReference = fn.functionName;
  }
}
