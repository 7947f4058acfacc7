import type { Environment } from "../../environment/environment";
import { type PolicyDocument, policyDocument } from "../policy-document";
import { deployerPolicies } from "./deployer";

/** Actions that only look. API Gateway's are the methods of HTTP. */
const READS = /^(?:apigateway:GET|[a-z0-9-]+:(?:Describe|Get|List)[A-Z]\w*)$/;

/** Without a lock, and without scaling anything, which is when Application Auto Scaling looks at its alarms. */
const NOT_WHILE_PLANNING = ["LockItsState", "LetTargetsHaveAlarms"];

/** What the planner of one environment may do: more than one managed policy holds. */
export type PlannerPolicies = Readonly<Record<"functions" | "endpoints", PolicyDocument>>;

/**
 * What of the deployer's rights only looks: enough for `terraform plan -lock=false`, which writes nothing. It reads the
 * state, and with it the value of an API key.
 *
 * @param accountId - 12 digits
 * @throws UserError as {@link deployerPolicies}
 */
export function plannerPolicies(environment: Environment, accountId: string): PlannerPolicies {
  const { roles, functions, endpoints, stage, storage, network, scaling } = deployerPolicies(
    environment,
    accountId,
  );
  // So shared out, both fit the longest names with every setting.
  return {
    functions: readingOf(roles, functions, ...present(scaling)),
    endpoints: readingOf(endpoints, stage, storage, ...present(network)),
  };
}

function present(policy: PolicyDocument | undefined): PolicyDocument[] {
  return policy === undefined ? [] : [policy];
}

function readingOf(...policies: readonly PolicyDocument[]): PolicyDocument {
  const statements = policies
    .flatMap(({ Statement }) => Statement)
    .map((statement) => ({ ...statement, Action: statement.Action.filter((action) => READS.test(action)) }))
    .filter(({ Sid, Action }) => Action.length > 0 && !NOT_WHILE_PLANNING.includes(Sid));
  return policyDocument(...statements);
}
