import type { Environment } from "../../environment/environment";
import { type PolicyDocument, policyDocument } from "../policy-document";
import { deployerPolicies } from "./deployer";
import { WAIT_FOR_RECORDS } from "./deployer-domains";
import { READ_RELEASED_ARTIFACTS } from "./released-artifacts";

/** Actions that only read. API Gateway's actions are HTTP methods. */
const READ_ACTIONS = /^(?:apigateway:GET|budgets:ViewBudget|[a-z0-9-]+:(?:Describe|Get|List)[A-Z]\w*)$/;

/**
 * Statements with read actions that a plan does not need: a plan takes no lock, copies no artifact, and changes neither scaling nor
 * records.
 */
const NOT_NEEDED_TO_PLAN = ["LockState", "ManageScalingAlarms", READ_RELEASED_ARTIFACTS, WAIT_FOR_RECORDS];

/** The planner's permissions for one environment, in two managed policies because of their size. */
export type PlannerPolicies = Readonly<Record<"functions" | "endpoints", PolicyDocument>>;

/**
 * The deployer's permissions with read actions only: enough for `terraform plan -lock=false`, which writes nothing. The
 * planner reads the state, and thereby the value of an API key.
 *
 * @param accountId - 12 digits
 * @throws UserError as {@link deployerPolicies}
 */
export function plannerPolicies(environment: Environment, accountId: string): PlannerPolicies {
  const { roles, functions, endpoints, stage, storage, network, scaling, domains } = deployerPolicies(
    environment,
    accountId,
  );
  // With this division, both policies fit the longest names with every setting.
  return {
    functions: readOnly(roles, functions, ...present(scaling), ...present(domains)),
    endpoints: readOnly(endpoints, stage, storage, ...present(network)),
  };
}

function present(policy: PolicyDocument | undefined): PolicyDocument[] {
  return policy === undefined ? [] : [policy];
}

function readOnly(...policies: readonly PolicyDocument[]): PolicyDocument {
  const statements = policies
    .flatMap(({ Statement }) => Statement)
    .map((statement) => ({
      ...statement,
      Action: statement.Action.filter((action) => READ_ACTIONS.test(action)),
    }))
    .filter(({ Sid, Action }) => Action.length > 0 && !NOT_NEEDED_TO_PLAN.includes(Sid));
  return policyDocument(...statements);
}
