import { ApiGatewayApiKey } from "@cdktf/provider-aws/lib/api-gateway-api-key";
import { ApiGatewayUsagePlan } from "@cdktf/provider-aws/lib/api-gateway-usage-plan";
import { ApiGatewayUsagePlanKey } from "@cdktf/provider-aws/lib/api-gateway-usage-plan-key";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import { BETWEEN_CUSTOMERS, BETWEEN_DIGESTS, DIGEST_CHARACTERS } from "../../authorizer/customers";
import { routesOf } from "../../environment/async-requests";
import { customerKeyName, customerPlanName, type StageSettings } from "../../environment/environment";
import type { ParsedCustomerSettings } from "../../environment/settings/customers";
import { omitUndefined } from "../../lib/omit-undefined";
import { moveFrom } from "../terraform/move-from";
import type { RouteContract } from "./openapi";

/** The ids of the constructs of a stage's shared key, below the construct of the stage. */
export const SHARED_KEY_IDS = {
  key: "api-key",
  usagePlan: "usage-plan",
  usagePlanKey: "usage-plan-key",
} as const;

/** A stage of a REST API. */
export interface PlannedStage {
  /** The construct of the stage. Below it, a stage without customers has its shared key, with {@link SHARED_KEY_IDS}. */
  readonly construct: Construct;
  /** Id of the API. */
  readonly apiId: string;
  readonly stageName: string;
}

/** Props of {@link Customers}. */
export interface CustomersProps {
  /** The environment's prefix, with which the names of usage plans and keys begin. */
  readonly environmentName: string;
  /** The settings of each customer. */
  readonly settings: Readonly<Record<string, ParsedCustomerSettings>>;
  /** The limits of the stage: the default of the customers' limits. */
  readonly throttling: StageSettings["throttling"];
  /** The contracts of the stage's routes. */
  readonly contracts: readonly RouteContract[];
  /** The models with asynchronous requests, whose routes have further paths. */
  readonly asyncModels: ReadonlySet<string>;
}

/** The settings and the keys of one customer. */
interface CustomerResources {
  /** The construct of the customer's resources. */
  readonly scope: Construct;
  readonly settings: ParsedCustomerSettings;
  readonly keys: readonly { readonly name: string; readonly key: ApiGatewayApiKey }[];
}

/**
 * The keys and usage plans of an environment's customers. API Gateway generates the values of the keys, and only
 * Terraform's state contains copies.
 */
export class Customers extends Construct {
  /** The value of the authorizer's environment variable `CUSTOMER_KEYS`; known after the first apply. */
  readonly keyDigests: string;
  /** The ids of the keys by the customer's name and the key's name. */
  readonly keyIds: Readonly<Record<string, Readonly<Record<string, string>>>>;
  private readonly keys: ReadonlyMap<string, CustomerResources>;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: CustomersProps,
  ) {
    super(scope, id);
    const { environmentName } = props;
    this.keys = new Map(
      Object.entries(props.settings).map(([customer, settings]) => {
        // A construct for each customer: otherwise the ids of one customer could be the ids of another customer.
        const own = new Construct(this, customer);
        const keys = settings.keys.map((name) => ({
          name,
          key: new ApiGatewayApiKey(own, `key-${name}`, {
            name: customerKeyName(environmentName, customer, name),
            tags: { Customer: customer },
          }),
        }));
        return [customer, { scope: own, settings, keys }];
      }),
    );
    const keys = [...this.keys];
    this.keyDigests = keys
      .map(([customer, own]) => [customer, ...own.keys.map(({ key }) => digestOf(key))].join(BETWEEN_DIGESTS))
      .join(BETWEEN_CUSTOMERS);
    this.keyIds = Object.fromEntries(
      keys.map(([customer, own]) => [
        customer,
        Object.fromEntries(own.keys.map(({ name, key }) => [name, key.id])),
      ]),
    );
  }

  /** Creates a usage plan for each customer. A plan limits its keys to the stage, and sets their limits. */
  addUsagePlans({ apiId, stageName, construct }: PlannedStage): void {
    const { environmentName, throttling: ofStage, asyncModels } = this.props;
    for (const [customer, { scope, settings: ofCustomer, keys }] of this.keys) {
      const { models, throttling = ofStage, modelThrottling, quota } = ofCustomer;
      const plan = new ApiGatewayUsagePlan(
        scope,
        "usage-plan",
        omitUndefined({
          name: customerPlanName(environmentName, customer),
          tags: { Customer: customer },
          apiStages: [
            {
              apiId,
              stage: stageName,
              throttle: this.contractsOf(models).flatMap(({ model, route }) =>
                routesOf(route, asyncModels.has(model)).map(({ method, path }) => ({
                  path: `${path}/${method}`,
                  ...(modelThrottling[model] ?? throttling),
                })),
              ),
            },
          ],
          throttleSettings: throttling,
          quotaSettings: quota && { limit: quota.requests, period: quota.per.toUpperCase() },
        }),
      );
      const links = keys.map(
        ({ name, key }) =>
          new ApiGatewayUsagePlanKey(scope, `usage-plan-key-${name}`, {
            keyId: key.id,
            keyType: "API_KEY",
            usagePlanId: plan.id,
          }),
      );
      if (ofCustomer.sharedKey) {
        moveFrom(construct, SHARED_KEY_IDS.key, keys[0]?.key);
        moveFrom(construct, SHARED_KEY_IDS.usagePlan, plan);
        moveFrom(construct, SHARED_KEY_IDS.usagePlanKey, links[0]);
      }
    }
  }

  /** The contracts of these models, in the order of the stage. */
  private contractsOf(models: readonly string[]): readonly RouteContract[] {
    return this.props.contracts.filter(({ model }) => models.includes(model));
  }
}

/**
 * The digest of a key's value, as the authorizer computes it. The digest is not sensitive: 96 bits of SHA-256 of a random
 * key do not disclose the key, and no digest opens a route. A plan can therefore show which customers the authorizer knows.
 */
function digestOf(key: ApiGatewayApiKey): string {
  return Fn.nonsensitive(Fn.substr(Fn.base64sha256(key.value), 0, DIGEST_CHARACTERS));
}
