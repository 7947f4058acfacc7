import { IamGroupPolicyAttachment } from "@cdktf/provider-aws/lib/iam-group-policy-attachment";
import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { IamUserPolicyAttachment } from "@cdktf/provider-aws/lib/iam-user-policy-attachment";
import { Construct } from "constructs";
import type { CallerSettings, InvokedBy } from "../../environments/environment";
import { callerPolicy } from "../policies/caller";
import type { EndpointFunction } from "./endpoint-function";
import type { RouteContract } from "./openapi";
import type { RestStage } from "./rest-stage";
import { terraformJson } from "./terraform-json";

/** A model with everything by which it can be invoked. */
export interface InvokableModel {
  readonly contract: RouteContract;
  readonly function: EndpointFunction;
  readonly endpoint: { readonly endpointArn: string };
}

/** Props of {@link Caller}. */
export interface CallerProps {
  /** Name of the managed policy; at most 128 characters. */
  readonly policyName: string;
  readonly settings: CallerSettings;
  readonly stage: RestStage;
  /** The environment's models. */
  readonly models: readonly InvokableModel[];
}

/**
 * A caller's managed policy, attached to the principals that the environment names. Each attachment is a resource of
 * its own: `aws_iam_policy_attachment` would take the policy away from whoever else attached it.
 */
export class Caller extends Construct {
  /** Known after the first apply. */
  readonly policyArn: string;

  constructor(scope: Construct, id: string, props: CallerProps) {
    super(scope, id);
    const { policyName, settings, stage, models } = props;
    const invokedBy = (by: InvokedBy): InvokableModel[] => {
      const names = settings.mayInvoke.filter((invocation) => invocation.by === by).map(({ model }) => model);
      return models.filter(({ contract }) => names.some((name) => name === contract.model));
    };

    const policy = new IamPolicy(this, "policy", {
      name: policyName,
      description: "Lets its principals invoke models of this environment",
      policy: terraformJson(
        callerPolicy({
          routeArns: invokedBy("route").map(({ contract }) => stage.routeArn(contract.route)),
          functionArns: invokedBy("functionUrl").map((model) => model.function.functionArn),
          endpointArns: invokedBy("endpoint").map(({ endpoint }) => endpoint.endpointArn),
        }),
      ),
    });
    for (const role of settings.roles ?? []) {
      new IamRolePolicyAttachment(this, `role-${role}`, { role, policyArn: policy.arn });
    }
    for (const user of settings.users ?? []) {
      new IamUserPolicyAttachment(this, `user-${user}`, { user, policyArn: policy.arn });
    }
    for (const group of settings.groups ?? []) {
      new IamGroupPolicyAttachment(this, `group-${group}`, { group, policyArn: policy.arn });
    }
    this.policyArn = policy.arn;
  }
}
