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
  /** Its name, or its ARN without version, or a reference to either. */
  readonly nameOrArn: string;
  /** `<environment>-<model>`: what is added to the function and its role is named so. */
  readonly name: string;
  readonly endpoint: { readonly endpointName: string; readonly endpointArn: string };
  /** The variable in which the function looks for the endpoint's name. */
  readonly variableName: string;
}

/**
 * A function that is there already. Its role gets a policy for the one endpoint; the function itself is read, and left
 * as it is. Its variable must name the endpoint before: nothing but Terraform's own resource could set it, and that
 * resource is somebody else's.
 */
export class ExistingFunction extends Construct implements EndpointFunction {
  readonly functionName: string;
  readonly functionArn: string;
  readonly functionReference: string;
  readonly routeStatementId: string;
  /** As Terraform reads it. */
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
              `The function ${this.functionName} does not know its endpoint: set its environment variable ` +
              `${variableName} to ${endpoint.endpointName}, where the function is made, and plan again.`,
          },
        ],
      },
    });
    this.functionReference = this.function.functionName;
    new IamRolePolicy(this, "policy", {
      name: `${name}-invokes-endpoint`,
      // The role's ARN ends with its name; a path may stand before it.
      role: Fn.element(Fn.regexall("[^/]+$", this.function.role), 0),
      policy: terraformJson(existingFunctionRolePolicy({ endpointArn: endpoint.endpointArn })),
    });
  }
}

/** The rule of `existingFunction`, as far as nobody could judge it at synthesis. */
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
