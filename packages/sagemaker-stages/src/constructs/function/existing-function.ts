import { DataAwsLambdaFunction } from "@cdktf/provider-aws/lib/data-aws-lambda-function";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Fn, type TerraformResourceLifecycle } from "cdktf";
import { Construct } from "constructs";
import { regionalArnPrefix } from "../../aws/arn";
import { functionNameOf } from "../../environment/model-settings";
import { existingFunctionRolePolicy } from "../../iam/workload/function-role";
import type { AwsScope } from "../terraform/aws-scope";
import { inExpression, isReference } from "../terraform/references";
import { terraformJson } from "../terraform/terraform-json";
import type { EndpointFunction } from "./endpoint-function";

/** Props of {@link ExistingFunction}. */
export interface ExistingFunctionProps {
  readonly account: AwsScope;
  /** The function's name, its ARN without version, or a reference to either. */
  readonly nameOrArn: string;
  /** `<environment>-<model>`: prefix of the names of resources that are added to the function and its role. */
  readonly name: string;
  readonly endpoint: { readonly endpointName: string; readonly endpointArn: string };
  /** The variable from which the function reads the endpoint's name. */
  readonly variableName: string;
}

/**
 * An existing function. Its role gets a policy for the endpoint. Terraform reads the function and does not change it. The
 * function's variable must already contain the endpoint's name: only the function's owner can set the variable.
 */
export class ExistingFunction extends Construct implements EndpointFunction {
  readonly functionName: string;
  readonly functionArn: string;
  readonly functionReference: string;
  readonly routeStatementId: string;
  /** Terraform's data source of the function. */
  readonly function: DataAwsLambdaFunction;

  constructor(scope: Construct, id: string, props: ExistingFunctionProps) {
    super(scope, id);
    const { account, nameOrArn, name, endpoint, variableName } = props;
    const given = inExpression(this, "given", nameOrArn);
    this.functionName = isReference(nameOrArn)
      ? Fn.element(Fn.regexall("[^:]+$", given), 0)
      : functionNameOf(nameOrArn);
    this.functionArn = account.arn("lambda", `function:${this.functionName}`);
    this.routeStatementId = `ApiGatewayRoute-${name}`;
    this.function = new DataAwsLambdaFunction(this, "function", {
      functionName: this.functionName,
      lifecycle: {
        ...ofThisAccount(props, given),
        postcondition: [
          {
            condition: `\${try(self.environment[0].variables["${variableName}"], "") == ${inExpression(this, "endpoint", endpoint.endpointName)}}`,
            errorMessage:
              `The function ${this.functionName} does not name its endpoint: set the function's environment variable ` +
              `${variableName} to ${endpoint.endpointName} in the code that creates the function, and plan again.`,
          },
        ],
      },
    });
    this.functionReference = this.function.functionName;
    new IamRolePolicy(this, "policy", {
      name: `${name}-invokes-endpoint`,
      // The role's ARN ends with the name; a path can precede the name.
      role: Fn.element(Fn.regexall("[^/]+$", this.function.role), 0),
      policy: terraformJson(existingFunctionRolePolicy({ endpointArn: endpoint.endpointArn })),
    });
  }
}

/** The part of the rule of `existingFunction` that only Terraform can check, because it depends on references. */
function ofThisAccount(
  { account, nameOrArn }: ExistingFunctionProps,
  given: string,
): Pick<TerraformResourceLifecycle, "precondition"> {
  const { region, accountId } = account;
  const isKnown = !isReference(nameOrArn) && (!nameOrArn.includes(":") || !isReference(accountId));
  if (isKnown) return {};
  const prefix = regionalArnPrefix("lambda", region);
  const accountInExpression = isReference(accountId) ? accountId : JSON.stringify(accountId);
  return {
    precondition: [
      {
        condition: `\${can(regex(join("", ["^(${prefix}", ${accountInExpression}, ":function:)?[a-zA-Z0-9_-]+$"]), ${given}))}`,
        errorMessage:
          `existingFunction: got ${nameOrArn}; allowed: the name of a function of this account and region, or ` +
          `${prefix}${accountId}:function:<name>, without version`,
      },
    ],
  };
}
