import { InferenceStack as EngineInferenceStack } from "sagemaker-stages";

/**
 * The stack of one environment: `main.ts` creates the stack for each environment. Add resources of your own here, or
 * override arguments of the engine's resources. `this` contains the engine's constructs: `models` (each with its
 * function and endpoint), `stage`, `website`, `network`, `environment` and `prefix`.
 *
 * Start the name of each resource with `this.prefix`, so that the name never collides with names of other environments.
 * The policies that `npm run deployer` prints allow only operations on the engine's resources, so grant the deployer
 * the permissions for your own resources. Name the types of your resources in `__tests__/least-privilege.test.ts`,
 * because the proof refuses an unknown type.
 *
 * @example Add a resource, and override an argument of a resource
 * import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard";
 *
 * export class InferenceStack extends EngineInferenceStack {
 *   constructor(...args: ConstructorParameters<typeof EngineInferenceStack>) {
 *     super(...args);
 *     new CloudwatchDashboard(this, "dashboard", {
 *       dashboardName: `${this.prefix}-inference`,
 *       dashboardBody: JSON.stringify({ widgets: [] }),
 *     });
 *     for (const { functionAndEndpoint } of this.models) {
 *       functionAndEndpoint?.lambdaFunction.addOverride("description", "Serves a model of team Atlas");
 *     }
 *   }
 * }
 */
export class InferenceStack extends EngineInferenceStack {}
