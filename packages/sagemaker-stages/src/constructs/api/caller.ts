import { IamGroupPolicyAttachment } from "@cdktf/provider-aws/lib/iam-group-policy-attachment";
import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { IamUserPolicyAttachment } from "@cdktf/provider-aws/lib/iam-user-policy-attachment";
import { TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { routesOf } from "../../environment/async-requests";
import { InvalidEnvironments } from "../../environment/checks";
import type { InvokedBy } from "../../environment/environment";
import { principalName } from "../../environment/patterns";
import type { ParsedCallerSettings } from "../../environment/settings/callers";
import { findPolicyFaults, type NamedPolicy, splitPolicy } from "../../iam/iam-limits";
import { callerPolicy } from "../../iam/workload/caller";
import type { InvokeAction, InvokedEndpoint } from "../../iam/workload/invoke-endpoint";
import type { EndpointFunction } from "../function/endpoint-function";
import { terraformJson } from "../terraform/terraform-json";
import type { RouteContract } from "./openapi";
import type { RestStage } from "./rest-stage";

/** A model with its route, function and endpoint. */
export interface InvokableModel {
  readonly contract: RouteContract;
  /** `undefined` if API Gateway invokes the endpoint without a function. */
  readonly function: EndpointFunction | undefined;
  readonly endpoint: InvokedEndpoint;
  /** The actions with which a caller invokes the endpoint directly. */
  readonly invokeActions: readonly InvokeAction[];
  /** Whether the model has asynchronous requests. @default false */
  readonly isAsync?: boolean | undefined;
}

/** Props of {@link Caller}. */
export interface CallerProps {
  /** Name of the managed policy; at most 128 characters. A second policy ends with `-2`, and so on. */
  readonly policyName: string;
  readonly settings: ParsedCallerSettings;
  readonly stage: RestStage;
  /** The environment's models. */
  readonly models: readonly InvokableModel[];
}

/**
 * A caller's managed policies, attached to the principals that the environment names. A caller with too many invocations
 * for one policy has several. Each attachment is a separate resource: `aws_iam_policy_attachment` would detach the policy
 * from other principals.
 */
export class Caller extends Construct {
  /** Known after the first apply; at least one. */
  readonly policyArns: readonly string[];

  constructor(scope: Construct, id: string, props: CallerProps) {
    super(scope, id);
    const { policyName, settings, stage, models } = props;
    const invokedBy = (by: InvokedBy): InvokableModel[] => {
      const names = settings.mayInvoke.filter((invocation) => invocation.by === by).map(({ model }) => model);
      return models.filter(({ contract }) => names.some((name) => name === contract.model));
    };

    const policies = splitPolicy({
      name: policyName,
      policy: callerPolicy({
        // Who may create a request may also read its result.
        routeArns: invokedBy("route").flatMap(({ contract, isAsync }) =>
          routesOf(contract.route, isAsync === true).map((route) => stage.routeArn(route)),
        ),
        functionArns: invokedBy("functionUrl").flatMap((model) => model.function?.functionArn ?? []),
        endpoints: invokedBy("endpoint").map(({ contract, endpoint, invokeActions }) => ({
          ...endpoint,
          actions: invokeActions,
          model: contract.model,
        })),
      }),
    });
    const faults = findPolicyFaults(policyName, policies, {
      name: TerraformStack.of(this).node.id,
      remedy: "Divide the caller's permissions among several callers with different principals.",
    });
    if (faults.length > 0) throw new InvalidEnvironments(faults);
    this.policyArns = policies.map((policy, index) =>
      this.addPolicy(policy, index === 0 ? "" : `-${index + 1}`, settings),
    );
  }

  /** @param suffix - suffix of the ids; empty for the first policy. Most callers have one policy */
  private addPolicy({ name, policy }: NamedPolicy, suffix: string, settings: ParsedCallerSettings): string {
    const { arn } = new IamPolicy(this, `policy${suffix}`, {
      name,
      description: "Lets its principals invoke models of this environment",
      policy: terraformJson(policy),
    });
    for (const role of settings.roles) {
      new IamRolePolicyAttachment(this, `role-${role}${suffix}`, {
        role: principalName(role),
        policyArn: arn,
      });
    }
    for (const user of settings.users) {
      new IamUserPolicyAttachment(this, `user-${user}${suffix}`, {
        user: principalName(user),
        policyArn: arn,
      });
    }
    for (const group of settings.groups) {
      new IamGroupPolicyAttachment(this, `group-${group}${suffix}`, {
        group: principalName(group),
        policyArn: arn,
      });
    }
    return arn;
  }
}
