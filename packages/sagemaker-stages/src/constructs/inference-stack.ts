import { resolve } from "node:path";
import { App, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { boundaryArn } from "../environment/account";
import { callerPolicyName, namePrefix, type ParsedEnvironment } from "../environment/environment";
import { functionRuntimeOf } from "../environment/function-runtime";
import { isViaGateway, type ParsedModelSettings } from "../environment/model-settings";
import { artifactsOf, containersOf, isInS3 } from "../environment/model-source";
import { omitUndefined } from "../environment/omit-undefined";
import type { ParsedCallerSettings } from "../environment/settings/callers";
import { targetOf } from "../environment/settings/endpoint/targets";
import type { Model, Models } from "../models";
import { shownMediaTypes } from "../page/public-document";
import { Caller } from "./api/caller";
import { RestStage, type StageRoute } from "./api/rest-stage";
import { ArtifactBucket } from "./endpoint/artifact-bucket";
import type { EndpointFunction } from "./function/endpoint-function";
import { bundleFunctions, functionPackage } from "./function/function-code";
import { FunctionUrl } from "./function/function-url";
import { FUNCTION_ARCHITECTURE, type ParsedNewFunction } from "./function/new-function";
import { FUNCTION_TIMEOUT_IN_SECONDS } from "./function/time-budget";
import {
  type ConnectedEndpoint,
  FunctionAndEndpoint,
  GatewayAndEndpoint,
  type GatewayAndEndpointProps,
} from "./function-and-endpoint";
import { Network } from "./network/network";
import { AwsScope } from "./terraform/aws-scope";
import { addTerraformSettings } from "./terraform/terraform-settings";
import { pageFiles } from "./website/page-files";
import { publicRoutes } from "./website/public-routes";
import { Website } from "./website/website";

/** A model of the environment with its constructs. */
export interface DeployedModel extends StageRoute {
  /** The function and the endpoint; `undefined` if API Gateway invokes the endpoint without a function: `via: "gateway"`. */
  readonly functionAndEndpoint: FunctionAndEndpoint | undefined;
  /** The function; `undefined` if {@link functionAndEndpoint} is `undefined`. */
  readonly function: EndpointFunction | undefined;
  /** The endpoint and API Gateway's role; `undefined` if a function invokes the endpoint. */
  readonly gateway: GatewayAndEndpoint | undefined;
  /** Name and ARN of the endpoint. */
  readonly endpoint: ConnectedEndpoint;
  /** The function URL; `undefined` for a model without `functionUrl`. */
  readonly functionUrl: FunctionUrl | undefined;
}

/**
 * The stack of one environment: an endpoint and a function for each model, and one REST API with one stage. The stack has
 * the environment's name: `cdktf deploy <environment>`.
 *
 * An app extends the class in `stacks/inference-stack.ts` and passes its subclass to `createApp`.
 *
 * @example Add a resource, and override an argument of an existing resource
 * class OwnStack extends InferenceStack {
 *   constructor(scope: Construct, environment: ParsedEnvironment, models: Models) {
 *     super(scope, environment, models);
 *     new CloudwatchDashboard(this, "dashboard", { dashboardName: this.prefix, dashboardBody });
 *     for (const { functionAndEndpoint } of this.models) {
 *       functionAndEndpoint?.lambdaFunction.addOverride("description", "Serves a model of team Atlas");
 *     }
 *   }
 * }
 */
export class InferenceStack extends TerraformStack {
  /** The environment with its defaults. */
  readonly environment: ParsedEnvironment;
  /** The environment's prefix, with which every name begins. */
  readonly prefix: string;
  /** Account and region of the resources, with the ARNs of names. */
  readonly account: AwsScope;
  /** The web page; `undefined` for an environment without `website`. */
  readonly website: Website | undefined;
  /** The network; `undefined` for an environment without `network`. */
  readonly network: Network | undefined;
  /** The models that the environment serves, in the order of the environment. */
  readonly models: readonly DeployedModel[];
  /** The REST API with its stage. */
  readonly stage: RestStage;

  private readonly artifacts: ArtifactBucket | undefined;
  private readonly corsAllowOrigin: string;

  /** @param models - the app's models, from which the environment serves some or all */
  constructor(scope: Construct, environment: ParsedEnvironment, models: Models) {
    super(scope, environment.name);
    this.environment = environment;
    this.prefix = namePrefix(environment);
    addTerraformSettings(this, { ...environment, environmentTag: this.prefix });

    this.account = new AwsScope(this, environment);
    this.website = this.createWebsite(models);
    this.corsAllowOrigin = this.website?.origin ?? environment.stage.corsAllowOrigin;
    this.network = this.createNetwork();
    this.artifacts = this.createArtifactBucket();
    this.models = this.createModels(models);
    this.network?.grantAccess(
      this.models.flatMap((model) => (model.functionAndEndpoint ?? model.gateway)?.networkMember() ?? []),
    );
    this.stage = this.createStage();
    this.publishPage(models);

    this.createOutputs();
    for (const [name, settings] of Object.entries(environment.callers)) this.grantInvoke(name, settings);
  }

  private createWebsite(models: Models): Website | undefined {
    const { website: settings, models: served, protected: isProtected } = this.environment;
    if (settings === undefined) return undefined;
    const { account, prefix: environmentName } = this;
    const shown = shownMediaTypes(publicRoutes(served, models));
    return new Website(this, "website", {
      account,
      environmentName,
      settings,
      shownMediaTypes: shown,
      protected: isProtected,
    });
  }

  private createNetwork(): Network | undefined {
    const { network: settings } = this.environment;
    if (settings === undefined) return undefined;
    return new Network(this, "network", { account: this.account, environmentName: this.prefix, settings });
  }

  /** Creates the bucket for artifacts that are files of the app, if a model has such an artifact. */
  private createArtifactBucket(): ArtifactBucket | undefined {
    const { models, protected: isProtected } = this.environment;
    const hasFiles = Object.values(models)
      .flatMap((settings) => ("existingEndpoint" in settings ? [] : containersOf(settings)))
      .flatMap(artifactsOf)
      .some((artifact) => !isInS3(artifact));
    if (!hasFiles) return undefined;
    const { account, prefix: environmentName } = this;
    return new ArtifactBucket(this, "artifacts", { account, environmentName, protected: isProtected });
  }

  private createModels(models: Models): DeployedModel[] {
    const served = Object.entries(this.environment.models);
    bundleFunctions(
      served.flatMap(([model, settings]) =>
        settings.existingFunction === undefined && !isViaGateway(settings) ? [model] : [],
      ),
      models,
    );
    return served.map(([model, settings]) => this.createModel(model, settings, modelOf(models, model)));
  }

  private createModel(model: string, settings: ParsedModelSettings, contract: Model): DeployedModel {
    const { access } = settings;
    if (isViaGateway(settings)) {
      const gateway = new GatewayAndEndpoint(this, model, this.endpointProps(model, settings));
      const { sagemakerEndpoint: endpoint, gatewayRole: role } = gateway;
      const target = { endpoint, role };
      return {
        contract,
        access,
        target,
        function: undefined,
        functionAndEndpoint: undefined,
        gateway,
        endpoint,
        functionUrl: undefined,
      };
    }
    const functionAndEndpoint = this.createFunctionAndEndpoint(model, settings, contract);
    return {
      contract,
      access,
      target: { function: functionAndEndpoint.function },
      function: functionAndEndpoint.function,
      functionAndEndpoint,
      gateway: undefined,
      endpoint: functionAndEndpoint.sagemakerEndpoint,
      functionUrl: this.createFunctionUrl(model, settings, functionAndEndpoint, contract),
    };
  }

  /** The props of a model's endpoint, with or without a function. */
  private endpointProps(model: string, settings: ParsedModelSettings): GatewayAndEndpointProps {
    const { account, artifacts, network, environment } = this;
    return omitUndefined({
      account,
      name: `${this.prefix}-${model}`,
      existingEndpoint: "existingEndpoint" in settings ? settings.existingEndpoint : undefined,
      newEndpoint: "existingEndpoint" in settings ? undefined : settings,
      ...("existingEndpoint" in settings ? targetOf(settings) : {}),
      sagemakerEnvironmentVariableName: settings.sagemakerEnvironmentVariableName,
      artifacts,
      network,
      permissionsBoundaryArn: environment.permissionsBoundary
        ? boundaryArn(environment, account.accountId)
        : undefined,
      logRetentionInDays: environment.stage.logRetentionInDays,
      protected: environment.protected,
      tags: { ...settings.tags, Model: model },
    });
  }

  private createFunctionAndEndpoint(
    model: string,
    settings: ParsedModelSettings,
    contract: Model,
  ): FunctionAndEndpoint {
    const { existingFunction } = settings;
    return new FunctionAndEndpoint(this, model, {
      ...this.endpointProps(model, settings),
      ...omitUndefined({
        existingFunction,
        newFunction: existingFunction === undefined ? this.newFunction(model, settings, contract) : undefined,
      }),
    });
  }

  private newFunction(model: string, settings: ParsedModelSettings, contract: Model): ParsedNewFunction {
    const { runtime: _, architecture = FUNCTION_ARCHITECTURE, ...ofEveryFunction } = settings.function;
    return {
      ...ofEveryFunction,
      architecture,
      timeoutInSeconds: FUNCTION_TIMEOUT_IN_SECONDS,
      code: functionPackage(model, resolve(App.of(this).outdir, "functions"), {
        ...contract,
        runtime: functionRuntimeOf(this.environment, settings, contract.python !== undefined),
        architecture,
      }),
      description: contract.description,
      environment: {
        CORS_ALLOW_ORIGIN: this.corsAllowOrigin,
        ...(this.environment.stage.logErrorMessages ? { LOG_ERROR_MESSAGES: "true" } : {}),
      },
    };
  }

  private createFunctionUrl(
    model: string,
    { functionUrl: settings }: ParsedModelSettings,
    { function: fn }: FunctionAndEndpoint,
    contract: Model,
  ): FunctionUrl | undefined {
    if (settings === undefined) return undefined;
    return new FunctionUrl(this, `${model}-function-url`, { function: fn, settings, contract });
  }

  private createStage(): RestStage {
    const { account, prefix, environment, corsAllowOrigin, models } = this;
    return new RestStage(this, "stage", {
      account,
      apiName: `${prefix}-inference`,
      // Policies that are created before the API identify its routes only by the stage's name.
      stageName: prefix,
      settings: environment.stage,
      corsAllowOrigin,
      routes: models,
      protected: environment.protected,
    });
  }

  private publishPage(models: Models): void {
    const { website: settings, models: served } = this.environment;
    if (settings === undefined) return;
    const { url, origin, openApi } = this.stage;
    this.website?.publish({ files: pageFiles(settings.title, served, models), url, origin, openApi });
  }

  private createOutputs(): void {
    const { stage, website } = this;
    this.addOutput("stage_url", "The stage's URL", stage.url);
    if (website !== undefined) this.addOutput("website_url", "The web page", website.origin);
    for (const model of this.models) this.createModelOutputs(model);
    if (stage.apiKeyId !== undefined) {
      this.addOutput(
        "api_key_id",
        "Id of the API key; aws apigateway get-api-key shows its value",
        stage.apiKeyId,
      );
    }
  }

  private createModelOutputs({ contract, endpoint, functionUrl }: DeployedModel): void {
    const { title, model, route } = contract;
    const name = model.replaceAll("-", "_");
    this.addOutput(`${name}_url`, `${title}: the route's URL`, `${this.stage.url}${route.path}`);
    this.addOutput(`${name}_endpoint_name`, `${title}: the endpoint's name`, endpoint.endpointName);
    if (functionUrl !== undefined) {
      this.addOutput(`${name}_function_url`, `${title}: the function's URL`, functionUrl.url);
    }
  }

  /** Creates a caller's policies. */
  private grantInvoke(name: string, settings: ParsedCallerSettings): void {
    const { stage, models } = this;
    const policyName = callerPolicyName(this.prefix, name);
    const caller = new Caller(this, `${name}-caller`, { policyName, settings, stage, models });
    for (const [index, arn] of caller.policyArns.entries()) {
      this.addOutput(
        `${name.replaceAll("-", "_")}_caller_policy_arn${index === 0 ? "" : `_${index + 1}`}`,
        `ARN of the policy with which the caller ${name} may invoke models`,
        arn,
      );
    }
  }

  private addOutput(name: string, description: string, value: string): void {
    new TerraformOutput(this, name, { description, value }).overrideLogicalId(name);
  }
}

/** @throws Error if the app has no such model. The rules of environments refuse this case before */
function modelOf(models: Models, name: string): Model {
  const model = models[name];
  if (model === undefined) throw new Error(`models: got ${name}; allowed: ${Object.keys(models).join(", ")}`);
  return model;
}
