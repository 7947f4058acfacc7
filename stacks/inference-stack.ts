import { TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { type Environment, type ModelSettings, routeAccess } from "../environments/environment";
import { catalog, type ModelName } from "../functions/catalog";
import { Account } from "./constructs/account";
import { InferenceFunction } from "./constructs/inference-function";
import { RestStage, type StageRoute } from "./constructs/rest-stage";
import { SagemakerEndpoint } from "./constructs/sagemaker-endpoint";
import { addTerraformSettings } from "./constructs/terraform-settings";

/**
 * One environment: for each of its models a serverless endpoint and the function that asks it, behind one REST
 * API with one stage. The stack is named as the environment, hence `cdktf deploy <environment>`.
 */
export class InferenceStack extends TerraformStack {
  constructor(scope: Construct, environment: Environment) {
    super(scope, environment.name);
    addTerraformSettings(this, environment);

    const account = new Account(this, environment);
    const corsAllowOrigin = environment.stage.corsAllowOrigin ?? "*";
    const models = Object.entries(environment.models) as [ModelName, ModelSettings][];

    const routes = models.map(([model, settings]): StageRoute & { endpoint: SagemakerEndpoint } => {
      const name = `${environment.name}-${model}`;
      const tags = { Model: model };
      const endpoint = new SagemakerEndpoint(this, `${model}-endpoint`, {
        account,
        name,
        settings,
        protected: environment.protected ?? false,
        tags,
      });
      const fn = new InferenceFunction(this, `${model}-function`, {
        account,
        name,
        model,
        endpoint,
        corsAllowOrigin,
        logRetentionInDays: environment.stage.logRetentionInDays,
        tags,
      });
      return { contract: catalog[model], access: routeAccess(settings), function: fn, endpoint };
    });

    const stage = new RestStage(this, "stage", {
      account,
      apiName: `${environment.name}-inference`,
      stageName: environment.name,
      settings: environment.stage,
      corsAllowOrigin,
      routes,
      protected: environment.protected ?? false,
    });

    this.addOutput("stage_url", "The stage's URL", stage.url);
    for (const { contract, endpoint } of routes) {
      const prefix = contract.model.replaceAll("-", "_");
      this.addOutput(
        `${prefix}_url`,
        `${contract.title}: the route's URL`,
        `${stage.url}${contract.route.path}`,
      );
      this.addOutput(
        `${prefix}_endpoint_name`,
        `${contract.title}: the endpoint's name`,
        endpoint.endpointName,
      );
    }
    if (stage.apiKeyId !== undefined) {
      this.addOutput(
        "api_key_id",
        "Id of the API key; aws apigateway get-api-key shows its value",
        stage.apiKeyId,
      );
    }
  }

  private addOutput(name: string, description: string, value: string): void {
    new TerraformOutput(this, name, { description, value }).overrideLogicalId(name);
  }
}
