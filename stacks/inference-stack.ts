import { InferenceStack as EngineInferenceStack } from "sagemaker-stages";

/**
 * The stack of one environment: `main.ts` creates it for each environment. Add resources to the stack here, or override
 * arguments of its resources. The permissions that `npm run deployer` prints cover the engine's resources: give the
 * deploy role the permissions for your own resources yourself.
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
 *       pair.lambdaFunction.addOverride("tracing_config.mode", "PassThrough");
 *     }
 *   }
 * }
 */
export class InferenceStack extends EngineInferenceStack {}
