import { InferenceStack as EngineInferenceStack } from "sagemaker-stages";

/**
 * The stack of one environment: `main.ts` creates the stack for each environment. Add resources of your own here, or
 * override arguments of the engine's resources. `this` gives access to what the engine created: `models` (each with its
 * function and endpoint), `stage`, `website`, `network`, `environment` and `prefix`.
 *
 * Start the name of each resource with `this.prefix`: names of other environments then never collide. The policies that
 * `npm run deployer` prints cover the engine's resources only: grant the deployer the permissions for your own resources.
 * Name their types in `__tests__/least-privilege.test.ts`, because the proof refuses a type that it does not know.
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
 *     for (const { pair } of this.models) {
 *       pair?.lambdaFunction.addOverride("description", "Serves a model of team Atlas");
 *     }
 *   }
 * }
 */
export class InferenceStack extends EngineInferenceStack {}
