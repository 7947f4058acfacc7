import { resolve } from "node:path";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaFunction, type LambdaFunctionVpcConfig } from "@cdktf/provider-aws/lib/lambda-function";
import { App, AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { catalog, type ModelName } from "../../functions/catalog";
import { functionRolePolicy, functionRoleTrust } from "../policies/function-role";
import type { Account } from "./account";
import { functionCode, HANDLER, writeZip } from "./function-code";
import type { SagemakerEndpoint } from "./sagemaker-endpoint";
import { terraformJson } from "./terraform-json";
import { FUNCTION_TIMEOUT_IN_SECONDS } from "./time-budget";

/** Props of {@link InferenceFunction}. */
export interface InferenceFunctionProps {
  readonly account: Account;
  /** Name of the function, and prefix of its role's; at most 55 characters. */
  readonly name: string;
  /** The model whose handler it runs. */
  readonly model: ModelName;
  /** The endpoint it asks. */
  readonly endpoint: SagemakerEndpoint;
  /** Value of Access-Control-Allow-Origin on its answers. */
  readonly corsAllowOrigin: string;
  /** Days that its log is kept. */
  readonly logRetentionInDays: number;
  /**
   * The subnets and security groups that it runs in.
   *
   * @default - none: it runs in Lambda's own network
   */
  readonly vpcConfig?: LambdaFunctionVpcConfig | undefined;
  /** Tags beyond the provider's default tags. */
  readonly tags: Readonly<Record<string, string>>;
}

/** A request of 6 MB, parsed, encoded and answered, fits; CPU grows with memory and cold starts shrink. */
const MEMORY_SIZE_IN_MB = 256;

/** The function behind a route: its role, its log group and itself. */
export class InferenceFunction extends Construct {
  /** Known before anything is deployed. */
  readonly functionName: string;
  /** Known before anything is deployed. */
  readonly functionArn: string;
  /** Of its role; known before anything is deployed. */
  readonly roleArn: string;
  /** What its role may do, for dependencies. */
  readonly rolePolicy: IamRolePolicy;
  /** The function itself, for dependencies. */
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: InferenceFunctionProps) {
    super(scope, id);
    const { account, name, model, endpoint, tags } = props;
    this.functionName = name;
    this.functionArn = account.arn("lambda", `function:${name}`);
    const roleName = `${name}-function`;
    this.roleArn = `arn:${account.partition}:iam::${account.accountId}:role/${roleName}`;

    const logGroup = new CloudwatchLogGroup(this, "log-group", {
      name: `/aws/lambda/${name}`,
      retentionInDays: props.logRetentionInDays,
      tags,
    });
    const role = new IamRole(this, "role", {
      name: roleName,
      description: `Role of the Lambda function ${name}`,
      assumeRolePolicy: terraformJson(functionRoleTrust({ accountId: account.accountId })),
      tags,
    });
    this.rolePolicy = new IamRolePolicy(this, "policy", {
      name: "function",
      role: role.name,
      policy: terraformJson(
        functionRolePolicy({
          endpointArn: endpoint.endpointArn,
          logGroupArn: account.arn("logs", `log-group:/aws/lambda/${name}`),
          functionInVpcArn: props.vpcConfig === undefined ? undefined : this.functionArn,
        }),
      ),
    });

    const code = functionCode(model);
    const asset = new TerraformAsset(this, "code", {
      path: writeZip(code, model, resolve(App.of(this).outdir, "functions")),
      type: AssetType.FILE,
    });
    this.function = new LambdaFunction(this, "function", {
      functionName: name,
      description: catalog[model].description,
      role: role.arn,
      runtime: "nodejs22.x",
      architectures: ["arm64"],
      handler: HANDLER,
      filename: asset.path,
      sourceCodeHash: code.sha256,
      timeout: FUNCTION_TIMEOUT_IN_SECONDS,
      memorySize: MEMORY_SIZE_IN_MB,
      environment: {
        variables: { ENDPOINT_NAME: endpoint.endpointName, CORS_ALLOW_ORIGIN: props.corsAllowOrigin },
      },
      // JSON, so that Lambda's own lines can be queried like the handler's.
      loggingConfig: { logFormat: "JSON", logGroup: logGroup.name },
      tracingConfig: { mode: "Active" },
      ...(props.vpcConfig === undefined ? {} : { vpcConfig: props.vpcConfig }),
      tags,
      // Lambda takes a role whose policy has not arrived yet, and then fails its first requests.
      dependsOn: [this.rolePolicy],
    });
  }
}
