import { resolve } from "node:path";
import { App, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { boundaryArn } from "../environment/account";
import { callerPolicyName, type Environment, namePrefix } from "../environment/environment";
import {
  type ExistingEndpoint,
  type ModelSettings,
  type NewEndpoint,
  routeAccess,
} from "../environment/model-settings";
import type { Model, Models } from "../models";
import { Caller } from "./api/caller";
import { RestStage, type StageRoute } from "./api/rest-stage";
import { ArtifactBucket, isInS3 } from "./endpoint/artifact-bucket";
import { bundleFunctions, functionPackage } from "./function/function-code";
import { FunctionUrl } from "./function/function-url";
import { LambdaToSagemakerEndpoint } from "./lambda-to-sagemaker-endpoint";
import { Network } from "./network/network";
import { Account } from "./terraform/account";
import { addTerraformSettings } from "./terraform/terraform-settings";
import { Website } from "./website/website";

/** A route with what stands behind and beside it. */
interface DeployedModel extends StageRoute {
  readonly pair: LambdaToSagemakerEndpoint;
  readonly endpoint: LambdaToSagemakerEndpoint["sagemakerEndpoint"];
  readonly functionUrl: FunctionUrl | undefined;
}

/**
 * One environment: for each of its models an endpoint and the function that asks it, behind one REST
 * API with one stage. The stack is named as the environment, hence `cdktf deploy <environment>`.
 */
export class InferenceStack extends TerraformStack {
  /** @param catalog - the app's models, from which the environment serves some or all */
  constructor(scope: Construct, environment: Environment, catalog: Models) {
    super(scope, environment.name);
    const prefix = namePrefix(environment);
    addTerraformSettings(this, { ...environment, environmentTag: prefix });

    const account = new Account(this, environment);
    const isProtected = environment.protected ?? false;
    const website =
      environment.website === undefined
        ? undefined
        : new Website(this, "website", {
            account,
            environmentName: prefix,
            settings: environment.website,
            protected: isProtected,
          });
    const corsAllowOrigin = website?.origin ?? environment.stage.corsAllowOrigin ?? "*";
    const network =
      environment.network === undefined
        ? undefined
        : new Network(this, "network", {
            account,
            environmentName: prefix,
            settings: environment.network,
          });
    const models = Object.entries(environment.models).map(([model, settings]) => ({
      model,
      settings,
      contract: contractOf(catalog, model),
    }));

    const artifacts = models.every(({ settings }) => !("artifact" in settings) || isInS3(settings.artifact))
      ? undefined
      : new ArtifactBucket(this, "artifacts", {
          account,
          environmentName: prefix,
          protected: isProtected,
        });
    const packages = resolve(App.of(this).outdir, "functions");
    bundleFunctions(
      models.flatMap(({ model, settings }) => (settings.existingFunction === undefined ? [model] : [])),
    );

    const routes = models.map(({ model, settings, contract }): DeployedModel => {
      const endpoint = endpointOf(settings);
      const pair = new LambdaToSagemakerEndpoint(this, model, {
        account,
        name: `${prefix}-${model}`,
        ...("existingEndpoint" in endpoint ? endpoint : { newEndpoint: endpoint }),
        ...(settings.existingFunction === undefined
          ? {
              newFunction: {
                ...settings.function,
                code: functionPackage(model, packages),
                description: contract.description,
                environment: {
                  CORS_ALLOW_ORIGIN: corsAllowOrigin,
                  ...(environment.stage.logErrorMessages === true ? { LOG_ERROR_MESSAGES: "true" } : {}),
                },
              },
            }
          : { existingFunction: settings.existingFunction }),
        ...(settings.sagemakerEnvironmentVariableName === undefined
          ? {}
          : { sagemakerEnvironmentVariableName: settings.sagemakerEnvironmentVariableName }),
        ...(artifacts === undefined ? {} : { artifacts }),
        ...(network === undefined ? {} : { network }),
        ...(environment.permissionsBoundary === true
          ? { permissionsBoundaryArn: boundaryArn(environment, account.accountId) }
          : {}),
        logRetentionInDays: environment.stage.logRetentionInDays,
        protected: isProtected,
        tags: { ...settings.tags, Model: model },
      });
      const functionUrl =
        settings.functionUrl === undefined
          ? undefined
          : new FunctionUrl(this, `${model}-function-url`, {
              function: pair.function,
              settings: settings.functionUrl,
            });
      return {
        contract,
        access: routeAccess(settings),
        function: pair.function,
        pair,
        endpoint: pair.sagemakerEndpoint,
        functionUrl,
      };
    });

    network?.admit(routes.map(({ pair }) => pair.networked()));

    const stage = new RestStage(this, "stage", {
      account,
      apiName: `${prefix}-inference`,
      // Policies that stand before there is an API know its routes by the stage alone.
      stageName: prefix,
      settings: environment.stage,
      corsAllowOrigin,
      routes,
      protected: isProtected,
    });

    website?.publish({ url: stage.url, origin: stage.origin, openApi: stage.openApi });

    this.addOutput("stage_url", "The stage's URL", stage.url);
    if (website !== undefined) this.addOutput("website_url", "The web page", website.origin);
    for (const { contract, endpoint, functionUrl } of routes) {
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
      if (functionUrl !== undefined) {
        this.addOutput(`${prefix}_function_url`, `${contract.title}: the function's URL`, functionUrl.url);
      }
    }
    if (stage.apiKeyId !== undefined) {
      this.addOutput(
        "api_key_id",
        "Id of the API key; aws apigateway get-api-key shows its value",
        stage.apiKeyId,
      );
    }
    for (const [name, settings] of Object.entries(environment.callers ?? {})) {
      const policyName = callerPolicyName(prefix, name);
      const caller = new Caller(this, `${name}-caller`, { policyName, settings, stage, models: routes });
      for (const [index, arn] of caller.policyArns.entries()) {
        this.addOutput(
          `${name.replaceAll("-", "_")}_caller_policy_arn${index === 0 ? "" : `_${index + 1}`}`,
          `${name}: ARN of the policy that lets it call`,
          arn,
        );
      }
    }
  }

  private addOutput(name: string, description: string, value: string): void {
    new TerraformOutput(this, name, { description, value }).overrideLogicalId(name);
  }
}

/** @throws Error where the app has no such model; the rules of environments refuse this case before */
function contractOf(models: Models, name: string): Model {
  const model = models[name];
  if (model === undefined) throw new Error(`models: got ${name}; allowed: ${Object.keys(models).join(", ")}`);
  return model;
}

/** The endpoint alone. */
function endpointOf(settings: ModelSettings): NewEndpoint | ExistingEndpoint {
  const {
    access: _access,
    functionUrl: _functionUrl,
    function: _function,
    existingFunction: _existingFunction,
    existingFunctionRole: _existingFunctionRole,
    sagemakerEnvironmentVariableName: _variableName,
    tags: _tags,
    ...endpoint
  } = settings;
  return endpoint;
}
