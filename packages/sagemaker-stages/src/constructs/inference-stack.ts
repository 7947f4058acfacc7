import { resolve } from "node:path";
import { App, TerraformOutput, TerraformResource, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { CUSTOMER_KEYS } from "../authorizer/customers";
import { DEFAULT_NODE_RUNTIME } from "../aws/lambda-runtimes";
import { METRICS_VARIABLE } from "../aws/metrics";
import { serviceDomain } from "../aws/partition";
import { boundaryArn } from "../environment/account";
import { answerOrigins, asyncKeyArn, asyncOf, uploadOrigins } from "../environment/async-requests";
import {
  capturePrefix,
  endpointNameOf,
  storesRequests,
  VARIANT_NAME,
} from "../environment/captured-requests";
import { callerPolicyName, namePrefix, type ParsedEnvironment } from "../environment/environment";
import { functionRuntimeOf } from "../environment/function-runtime";
import {
  accessKind,
  isViaGateway,
  type ParsedModelSettings,
  type ParsedRouteAccess,
} from "../environment/model-settings";
import { containersOf, needsArtifactBucket } from "../environment/model-source";
import { describeRelease, RELEASES_OUTPUT, releaseOf } from "../environment/releases";
import { AUTHORIZER } from "../environment/rules/name-checks";
import type { ParsedCallerSettings } from "../environment/settings/callers";
import { originsOf } from "../environment/settings/cors-origins";
import { targetOf } from "../environment/settings/endpoint/targets";
import { type Transfer, transferOf } from "../environment/transfer";
import type { FunctionCapture } from "../iam/workload/function-role";
import { type InvokeAction, invokeActions } from "../iam/workload/invoke-endpoint";
import { omitUndefined } from "../lib/omit-undefined";
import type { Model, Models } from "../models";
import { shownMediaTypes } from "../page/public-document";
import { Alarms, type AlarmsProps } from "./alarms/alarms";
import { AUTHORIZER_SIZE, Authorizer } from "./api/authorizer";
import { authorizerPackage, authorizerSource } from "./api/authorizer-code";
import { Caller } from "./api/caller";
import { Customers } from "./api/customers";
import { RestStage, type StageRoute } from "./api/rest-stage";
import { Budget } from "./budget/budget";
import { Dashboard } from "./dashboard/dashboard";
import { dashboardModel } from "./dashboard/dashboard-models";
import { ArtifactBucket } from "./endpoint/artifact-bucket";
import { DeployedReleases } from "./endpoint/deployed-releases";
import type { AsyncStorage } from "./endpoint/sagemaker-endpoint";
import type { EndpointFunction } from "./function/endpoint-function";
import { bundleFunctions, type FunctionSources, functionPackage } from "./function/function-code";
import { FunctionUrl } from "./function/function-url";
import { FUNCTION_ARCHITECTURE, type ParsedNewFunction } from "./function/new-function";
import {
  type ConnectedEndpoint,
  FunctionAndEndpoint,
  GatewayAndEndpoint,
  type GatewayAndEndpointProps,
} from "./function-and-endpoint";
import { Network } from "./network/network";
import { ExpiringBucket } from "./storage/expiring-bucket";
import { addCloudFrontProvider } from "./terraform/aws-providers";
import { AwsScope } from "./terraform/aws-scope";
import { addTerraformSettings } from "./terraform/terraform-settings";
import { pageFiles } from "./website/page-files";
import { publicRoutes } from "./website/public-routes";
import { type SignedInTarget, SignIn, signInConnectSources } from "./website/sign-in";
import { Website } from "./website/website";

/** A model of the environment with its constructs. */
export interface DeployedModel extends StageRoute {
  /** Whether the model has asynchronous requests. @default false */
  readonly isAsync?: boolean;
  /** The function and the endpoint; `undefined` if API Gateway invokes the endpoint without a function: `via: "gateway"`. */
  readonly functionAndEndpoint: FunctionAndEndpoint | undefined;
  /** The function; `undefined` if {@link functionAndEndpoint} is `undefined`. */
  readonly function: EndpointFunction | undefined;
  /** The endpoint and API Gateway's role; `undefined` if a function invokes the endpoint. */
  readonly gateway: GatewayAndEndpoint | undefined;
  /** Name and ARN of the endpoint. */
  readonly endpoint: ConnectedEndpoint;
  /** The actions with which the function, or a caller without the function, invokes the endpoint. */
  readonly invokeActions: readonly InvokeAction[];
  /** The function URL; `undefined` for a model without `functionUrl`. */
  readonly functionUrl: FunctionUrl | undefined;
  /** How the route answers, and how long its components wait. */
  readonly transfer: Transfer;
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
 *     new CloudwatchDashboard(this, "own-dashboard", { dashboardName: `${this.prefix}-own`, dashboardBody });
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
  /** The sign-in of the page's users; `undefined` for an environment without `website.signIn`. */
  readonly signIn: SignIn | undefined;
  /** The network; `undefined` for an environment without `network`. */
  readonly network: Network | undefined;
  /** The models that the environment serves, in the order of the environment. */
  readonly models: readonly DeployedModel[];
  /** The customers' keys and usage plans; `undefined` for an environment without `customers`. */
  readonly customers: Customers | undefined;
  /** The alarms of the models' objectives; `undefined` for an environment without objectives. */
  readonly alarms: Alarms | undefined;
  /** The REST API with its stage. */
  readonly stage: RestStage;
  /** The monthly budget; `undefined` for an environment without `budget`. */
  readonly budget: Budget | undefined;
  /** The dashboard; `undefined` for an environment without `dashboard`. */
  readonly dashboard: Dashboard | undefined;
  /** The function that checks callers' credentials; `undefined` if no route needs the function. */
  readonly authorizer: Authorizer | undefined;

  private readonly artifacts: ArtifactBucket | undefined;
  private readonly captured: ExpiringBucket | undefined;
  private readonly asyncBucket: ExpiringBucket | undefined;
  private readonly corsAllowOrigins: readonly string[];

  /** @param models - the app's models, from which the environment serves some or all */
  constructor(scope: Construct, environment: ParsedEnvironment, models: Models) {
    super(scope, environment.name);
    this.environment = environment;
    this.prefix = namePrefix(environment);
    addTerraformSettings(this, { ...environment, environmentTag: this.prefix });
    addCloudFrontProvider(this);

    this.account = new AwsScope(this, environment);
    this.website = this.createWebsite(models);
    this.signIn = this.createSignIn();
    this.corsAllowOrigins = this.allowedOrigins();
    this.network = this.createNetwork();
    this.artifacts = this.createArtifactBucket();
    this.captured = this.createCaptureBucket();
    this.asyncBucket = this.createAsyncBucket(models);
    this.models = this.createModels(models);
    this.network?.grantAccess(
      this.models.flatMap((model) => (model.functionAndEndpoint ?? model.gateway)?.networkMember() ?? []),
    );
    this.alarms = this.createAlarms();
    this.customers = this.createCustomers();
    this.authorizer = this.createAuthorizer();
    this.stage = this.createStage();
    this.publishPage(models);

    this.createOutputs();
    for (const [name, settings] of Object.entries(environment.callers)) this.grantInvoke(name, settings);
    this.budget = this.createBudget();
    this.dashboard = this.createDashboard(models);
  }

  private createWebsite(models: Models): Website | undefined {
    const { website: settings, stage, protected: isProtected } = this.environment;
    if (settings === undefined) return undefined;
    const { account, prefix: environmentName } = this;
    const shown = shownMediaTypes(publicRoutes(this.environment, models));
    const { signIn } = settings;
    return new Website(this, "website", {
      account,
      environmentName,
      settings,
      stageSource: `https://${stage.domain?.name ?? `*.${account.stageDomain}`}`,
      shownMediaTypes: shown,
      connectSources: signIn === undefined ? [] : signInConnectSources(account, environmentName, signIn),
      protected: isProtected,
    });
  }

  private createSignIn(): SignIn | undefined {
    const { account, environment, prefix: environmentName, website } = this;
    const settings = environment.website?.signIn;
    if (settings === undefined || website === undefined) return undefined;
    return new SignIn(this, "sign-in", {
      account,
      environmentName,
      settings,
      pageOrigin: website.origin,
      permissionsBoundaryArn: this.boundaryArn(),
      protected: environment.protected,
    });
  }

  private createNetwork(): Network | undefined {
    const { network: settings } = this.environment;
    if (settings === undefined) return undefined;
    return new Network(this, "network", { account: this.account, environmentName: this.prefix, settings });
  }

  /** The page's own origin is always allowed. `*` is only the default, and is not an origin beside it. */
  private allowedOrigins(): readonly string[] {
    const origins = originsOf(this.environment.stage.corsAllowOrigin);
    if (this.website === undefined) return origins;
    return [this.website.origin, ...origins.filter((origin) => origin !== "*")];
  }

  /** Creates the bucket for artifacts that are files of the app or belong to a release, if a model has such an artifact. */
  private createArtifactBucket(): ArtifactBucket | undefined {
    const { models, protected: isProtected } = this.environment;
    const hasFiles = Object.values(models)
      .flatMap((settings) => ("existingEndpoint" in settings ? [] : containersOf(settings)))
      .some(needsArtifactBucket);
    if (!hasFiles) return undefined;
    const { account, prefix: environmentName } = this;
    return new ArtifactBucket(this, "artifacts", { account, environmentName, protected: isProtected });
  }

  /** Creates the bucket for captured requests, if a model has `capture`, also with `percent: 0`. */
  private createCaptureBucket(): ExpiringBucket | undefined {
    const { models, protected: isProtected } = this.environment;
    const daysByPrefix: Record<string, number> = {};
    for (const [model, settings] of Object.entries(models)) {
      const prefix = capturePrefix(this.prefix, model, settings);
      if (prefix === undefined || settings.capture === undefined) continue;
      daysByPrefix[prefix] = settings.capture.days;
    }
    if (Object.keys(daysByPrefix).length === 0) return undefined;
    const { account, prefix: environmentName } = this;
    return new ExpiringBucket(this, "capture", {
      account,
      environmentName,
      purpose: "capture",
      daysByPrefix,
      protected: isProtected,
    });
  }

  /**
   * Creates the bucket for inputs and results of asynchronous requests, if a model has such requests.
   *
   * @param contracts - the app's models
   */
  private createAsyncBucket(contracts: Models): ExpiringBucket | undefined {
    const { account, prefix: environmentName } = this;
    const { models, protected: isProtected } = this.environment;
    const daysByPrefix = Object.fromEntries(
      Object.entries(models).flatMap(([model, settings]) => {
        const asynchronous = asyncOf(settings);
        return asynchronous === undefined
          ? []
          : [[endpointNameOf(environmentName, model, settings), asynchronous.days] as const];
      }),
    );
    if (Object.keys(daysByPrefix).length === 0) return undefined;
    return new ExpiringBucket(this, "async", {
      account,
      environmentName,
      purpose: "async",
      daysByPrefix,
      uploadOrigins: uploadOrigins(this.environment),
      answerOrigins: answerOrigins(this.environment, contracts),
      kmsKeyArn: asyncKeyArn(this.environment),
      protected: isProtected,
    });
  }

  /** The place of a model's asynchronous requests; `undefined` for a model that answers in real time. */
  private asyncStorageOf(model: string, settings: ParsedModelSettings): AsyncStorage | undefined {
    if (asyncOf(settings) === undefined || this.asyncBucket === undefined) return undefined;
    const endpointName = endpointNameOf(this.prefix, model, settings);
    return {
      location: `s3://${this.asyncBucket.bucketName}/${endpointName}`,
      objects: this.asyncBucket.asyncObjects(endpointName),
      dependsOn: this.asyncBucket.ready,
    };
  }

  /** The variables of the function of a model with asynchronous requests. */
  private asyncVariables(model: string, settings: ParsedModelSettings): Record<string, string> {
    const storage = this.asyncStorageOf(model, settings);
    if (storage === undefined) return {};
    const timeout = asyncOf(settings)?.timeoutInSeconds;
    return {
      ASYNC_LOCATION: storage.location,
      ...(timeout === undefined ? {} : { ASYNC_TIMEOUT_IN_SECONDS: String(timeout) }),
    };
  }

  /** The captured requests of a model: the permission of its function, and the function's variables. */
  private captureOf(
    model: string,
    settings: ParsedModelSettings,
  ): { readonly permission: FunctionCapture; readonly variables: Record<string, string> } | undefined {
    const { capture } = settings;
    const prefix = capturePrefix(this.prefix, model, settings);
    if (capture === undefined || prefix === undefined || this.captured === undefined) return undefined;
    if (!storesRequests(settings)) return undefined;
    const { percent, keep, drop, kmsKeyArn } = capture;
    return {
      permission: {
        objectsArn: this.captured.objectsArn(prefix),
        keyArn: kmsKeyArn,
        s3ServiceName: serviceDomain("s3", this.environment.region),
      },
      variables: {
        CAPTURE_DESTINATION: `s3://${this.captured.bucketName}/${prefix}`,
        CAPTURE_PERCENT: String(percent),
        ...(drop === undefined
          ? { CAPTURE_KEEP: JSON.stringify(keep ?? []) }
          : { CAPTURE_DROP: JSON.stringify(drop) }),
        ...(kmsKeyArn === undefined ? {} : { CAPTURE_KMS_KEY: kmsKeyArn }),
        ...(settings.function.reservedConcurrency === undefined ? {} : { CAPTURE_RESERVED: "1" }),
      },
    };
  }

  private createModels(models: Models): DeployedModel[] {
    const served = Object.entries(this.environment.models);
    bundleFunctions(
      served.flatMap(([model, settings]) =>
        settings.existingFunction === undefined && !isViaGateway(settings) ? [model] : [],
      ),
      this.withSettings(models),
    );
    return served.map(([model, settings]) => this.createModel(model, settings, modelOf(models, model)));
  }

  /**
   * The sources of the models' packages: with several allowed origins, a handler names the origin of each request, with
   * `capture`, a handler stores requests, with `instances.async`, a handler serves asynchronous requests, and with a streamed
   * route, a handler answers in Lambda's response stream.
   */
  private withSettings(models: Models): FunctionSources {
    const severalOrigins = this.corsAllowOrigins.length > 1;
    return Object.fromEntries(
      Object.entries(models).map(([name, model]) => {
        const settings = this.environment.models[name];
        if (settings === undefined) return [name, model];
        if (asyncOf(settings) !== undefined) return [name, { ...model, severalOrigins, asynchronous: true }];
        const captures = storesRequests(settings);
        const { isStreamed } = transferOf(settings, model);
        // A contract with `stream` streams unless the route is buffered, and a plain contract only on request.
        const streamsAnswers =
          isStreamed === ("stream" in model && model.stream !== undefined)
            ? {}
            : { streamsAnswers: isStreamed };
        return [
          name,
          severalOrigins || captures || "streamsAnswers" in streamsAnswers
            ? { ...model, severalOrigins, captures, ...streamsAnswers }
            : model,
        ];
      }),
    );
  }

  private createModel(model: string, settings: ParsedModelSettings, contract: Model): DeployedModel {
    const access = this.withUserPool(settings.access);
    const transfer = transferOf(settings, contract);
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
        invokeActions: invokeActions(settings, contract),
        functionUrl: undefined,
        transfer,
      };
    }
    const functionAndEndpoint = this.createFunctionAndEndpoint(model, settings, contract);
    return {
      contract,
      access,
      target: { function: functionAndEndpoint.function, isAsync: asyncOf(settings) !== undefined },
      isAsync: asyncOf(settings) !== undefined,
      function: functionAndEndpoint.function,
      functionAndEndpoint,
      gateway: undefined,
      endpoint: functionAndEndpoint.sagemakerEndpoint,
      invokeActions: invokeActions(settings, contract),
      functionUrl: this.createFunctionUrl(model, settings, functionAndEndpoint, contract),
      transfer,
    };
  }

  /** The access of a route, with the user pool of the page's sign-in as the default user pool. */
  private withUserPool(access: ParsedRouteAccess): ParsedRouteAccess {
    if (typeof access === "string" || !("cognito" in access) || this.signIn === undefined) return access;
    return { cognito: { userPoolArn: this.signIn.userPoolArn, ...access.cognito } };
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
      permissionsBoundaryArn: this.boundaryArn(),
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
        capture: this.captureOf(model, settings)?.permission,
        asyncStorage: this.asyncStorageOf(model, settings),
        invokeActions: invokeActions(settings, contract),
      }),
    });
  }

  private newFunction(model: string, settings: ParsedModelSettings, contract: Model): ParsedNewFunction {
    const { runtime: _, architecture = FUNCTION_ARCHITECTURE, ...ofEveryFunction } = settings.function;
    return {
      ...ofEveryFunction,
      architecture,
      timeoutInSeconds: transferOf(settings, contract).functionTimeoutInSeconds,
      code: functionPackage(model, resolve(App.of(this).outdir, "functions"), {
        ...this.withSettings({ [model]: contract })[model],
        runtime: functionRuntimeOf(this.environment, settings, contract.python !== undefined),
        architecture,
      }),
      description: contract.description,
      environment: {
        CORS_ALLOW_ORIGIN: this.corsAllowOrigins.join(","),
        ...(this.environment.stage.logErrorMessages ? { LOG_ERROR_MESSAGES: "true" } : {}),
        ...(this.environment.metrics ? { [METRICS_VARIABLE]: this.prefix } : {}),
        ...this.captureOf(model, settings)?.variables,
        ...this.asyncVariables(model, settings),
      },
    };
  }

  private createFunctionUrl(
    model: string,
    ofModel: ParsedModelSettings,
    { function: fn }: FunctionAndEndpoint,
    contract: Model,
  ): FunctionUrl | undefined {
    const { functionUrl: settings } = ofModel;
    if (settings === undefined) return undefined;
    const isOnPage = this.environment.website?.signIn?.models.some(
      (invocation) => invocation.by === "functionUrl" && invocation.model === model,
    );
    return new FunctionUrl(this, `${model}-function-url`, {
      function: fn,
      settings,
      contract,
      isAsync: asyncOf(ofModel) !== undefined,
      pageOrigin: isOnPage === true ? this.website?.origin : undefined,
      isStreamed: transferOf(ofModel, contract).isStreamed,
    });
  }

  private createAlarms(): Alarms | undefined {
    const { account, prefix, environment } = this;
    const models = this.models.flatMap((model) => this.alarmsOf(model));
    // The rules of environments require the setting for objectives.
    if (models.length === 0 || environment.notify === undefined) return undefined;
    return new Alarms(this, "alarms", { account, prefix, notify: environment.notify, models });
  }

  /** The props of a model's alarms; empty for a model without objectives. */
  private alarmsOf({ contract, endpoint, function: fn }: DeployedModel): AlarmsProps["models"] {
    const { model } = contract;
    const settings = this.environment.models[model];
    if (settings?.objectives === undefined || fn === undefined) return [];
    const maxConcurrency = "serverless" in settings ? settings.serverless.maxConcurrency : undefined;
    return [
      {
        model,
        objectives: settings.objectives,
        functionName: fn.functionName,
        reservedConcurrency: settings.function.reservedConcurrency,
        serverless:
          maxConcurrency === undefined
            ? undefined
            : { endpointName: endpoint.endpointName, variantName: VARIANT_NAME, maxConcurrency },
        asynchronous:
          asyncOf(settings) === undefined
            ? undefined
            : { endpointName: endpoint.endpointName, variantName: VARIANT_NAME },
        tags: { ...settings.tags, Model: model },
      },
    ];
  }

  private createCustomers(): Customers | undefined {
    const { customers: settings, stage } = this.environment;
    if (Object.keys(settings).length === 0) return undefined;
    return new Customers(this, "customers", {
      environmentName: this.prefix,
      settings,
      throttling: stage.throttling,
      contracts: this.models.map(({ contract }) => contract),
      asyncModels: new Set(
        this.models.flatMap(({ contract, isAsync }) => (isAsync === true ? [contract.model] : [])),
      ),
    });
  }

  private createAuthorizer(): Authorizer | undefined {
    const { account, prefix, environment, models, customers } = this;
    const source = authorizerSource(models, environment.customers);
    if (source === undefined) return undefined;
    return new Authorizer(this, AUTHORIZER, {
      account,
      prefix,
      code: authorizerPackage(
        source,
        resolve(App.of(this).outdir, "functions"),
        environment.functionRuntimes.node ?? DEFAULT_NODE_RUNTIME,
      ),
      reservedConcurrency: environment.stage.authorizerReservedConcurrency,
      variables: customers && { [CUSTOMER_KEYS]: customers.keyDigests },
      permissionsBoundaryArn: this.boundaryArn(),
      logRetentionInDays: environment.stage.logRetentionInDays,
    });
  }

  /** ARN of the permissions boundary of the environment's roles; `undefined` without a boundary. */
  private boundaryArn(): string | undefined {
    const { environment, account } = this;
    return environment.permissionsBoundary ? boundaryArn(environment, account.accountId) : undefined;
  }

  private createStage(): RestStage {
    const { account, prefix, environment, corsAllowOrigins, models, authorizer, customers } = this;
    return new RestStage(this, "stage", {
      account,
      apiName: `${prefix}-inference`,
      // Policies that are created before the API identify its routes only by the stage's name.
      stageName: prefix,
      settings: environment.stage,
      corsAllowOrigin: corsAllowOrigins,
      routes: models,
      customers,
      authorizer,
      protected: environment.protected,
    });
  }

  private publishPage(models: Models): void {
    const { website: settings } = this.environment;
    if (settings === undefined) return;
    const { url, origin, openApi } = this.stage;
    const files = pageFiles(settings.title, this.environment, models);
    this.website?.publish({
      files,
      url,
      origin,
      openApi,
      signIn: this.signIn?.allow(this.signedInTargets()),
    });
  }

  /** The models that signed-in users may call. */
  private signedInTargets(): SignedInTarget[] {
    const { models = [] } = this.environment.website?.signIn ?? {};
    return models.flatMap(({ model, by }): SignedInTarget[] => {
      const deployed = this.models.find(({ contract }) => contract.model === model);
      if (deployed === undefined) return [];
      const { contract, access, function: fn, functionUrl } = deployed;
      const { path } = contract.route;
      if (by === "route") {
        const url = `${this.stage.url}${path}`;
        const permission =
          accessKind(access) === "COGNITO" ? "token" : { routeArn: this.stage.routeArn(contract.route) };
        return [{ path, url, permission }];
      }
      if (fn === undefined || functionUrl === undefined) return [];
      // The document of the page needs the URL without the slash at the end, which is part of the attribute `function_url`.
      const url = `https://${functionUrl.urlId}.lambda-url.${this.environment.region}.on.aws/`;
      return [{ path, url, permission: { functionArn: fn.functionArn } }];
    });
  }

  private createOutputs(): void {
    const { stage, website } = this;
    this.addOutput("stage_url", "The stage's URL", stage.url);
    if (website !== undefined) this.addOutput("website_url", "The web page", website.origin);
    this.createDomainOutputs();
    if (this.signIn !== undefined) {
      this.addOutput(
        "user_pool_id",
        "Id of the user pool with the users of the page",
        this.signIn.userPoolId,
      );
    }
    for (const model of this.models) this.createModelOutputs(model);
    this.createReleaseOutput();
    if (stage.apiKeyId !== undefined) {
      this.addOutput(
        "api_key_id",
        "Id of the API key; aws apigateway get-api-key shows its value",
        stage.apiKeyId,
      );
    }
    for (const [customer, keyIds] of Object.entries(this.customers?.keyIds ?? {})) {
      this.addOutput(
        `${customer.replaceAll("-", "_")}_customer_api_key_ids`,
        `Ids of the keys of the customer ${customer}, by the names of the keys; aws apigateway get-api-key shows a key's value`,
        keyIds,
      );
    }
  }

  /** The API's default address, and the targets of the CNAME records that the owner of names without a hosted zone creates. */
  private createDomainOutputs(): void {
    const { stage, website, environment } = this;
    if (stage.domain !== undefined) {
      const isDisabled = environment.stage.domain?.disableExecuteApiEndpoint === true;
      const description = `The API's default address${isDisabled ? ", which is disabled" : ""}`;
      this.addOutput("execute_api_url", description, stage.executeApiUrl);
    }
    if (stage.domain !== undefined && environment.stage.domain?.hostedZone === undefined) {
      const { name } = environment.stage.domain ?? {};
      this.addOutput("stage_domain_target", `The target of the CNAME record of ${name}`, stage.domain.target);
    }
    const page = environment.website?.domain;
    if (website !== undefined && page !== undefined && page.hostedZone === undefined) {
      this.addOutput(
        "website_domain_target",
        `The target of the CNAME record of ${page.name}`,
        website.target,
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

  /** The output with the deployed releases, by model. */
  private createReleaseOutput(): void {
    const releases = Object.entries(this.environment.models).flatMap(([model, settings]) => {
      const release = releaseOf(settings);
      if (release === undefined) return [];
      return [[model, describeRelease(release, this.environment, this.account.accountId)] as const];
    });
    if (releases.length === 0) return;
    const served = new Set(releases.map(([model]) => model));
    const endpoints = this.models.flatMap(({ contract, endpoint: { resource } }) =>
      served.has(contract.model) && resource !== undefined ? [resource] : [],
    );
    const deployed = new DeployedReleases(this, Object.fromEntries(releases), endpoints);
    // A model can have the name of the output: ids of constructs with an underscore are no names of models.
    const output = new TerraformOutput(this, "releases_output", {
      description: "The deployed releases, by model",
      value: deployed.output,
    });
    output.overrideLogicalId(RELEASES_OUTPUT);
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

  private createBudget(): Budget | undefined {
    const { prefix, environment, account } = this;
    const { budget: settings, notify } = environment;
    if (settings === undefined || notify === undefined) return undefined;
    return new Budget(this, "budget", { prefix, accountId: account.accountId, settings, notify });
  }

  /** Creates the dashboard after all alarms, which it shows. */
  private createDashboard(contracts: Models): Dashboard | undefined {
    const { environment, prefix, account, models, authorizer } = this;
    if (!environment.dashboard) return undefined;
    const settings = new Map(Object.entries(environment.models));
    const dashboard = new Dashboard(this, "dashboard", {
      environment: prefix,
      region: environment.region,
      apiName: `${prefix}-inference`,
      stageName: prefix,
      authorizer: authorizer && { name: `${prefix}-${AUTHORIZER}`, hasMetrics: false, size: AUTHORIZER_SIZE },
      models: models.flatMap(({ contract, function: fn, endpoint }) => {
        const ofModel = settings.get(contract.model);
        if (ofModel === undefined) return [];
        return dashboardModel({
          model: contract.model,
          title: contract.title,
          settings: ofModel,
          functionName: fn?.functionName,
          hasMetrics:
            environment.metrics &&
            ofModel.existingFunction === undefined &&
            contracts[contract.model]?.python === undefined,
          endpointName: endpoint.endpointName,
        });
      }),
      alarmArns: alarmNamesOf(this).map((name) => account.arn("cloudwatch", `alarm:${name}`)),
    });
    this.addOutput("dashboard_url", "The dashboard in the console of CloudWatch", dashboard.url);
    return dashboard;
  }

  private addOutput(
    name: string,
    description: string,
    value: string | Readonly<Record<string, string>>,
  ): void {
    new TerraformOutput(this, name, { description, value }).overrideLogicalId(name);
  }
}

/** The types of CloudWatch's alarms. */
const ALARM_TYPES = ["aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"];

/** The names of all alarms of a stack, composite alarms first: they say what is wrong. */
function alarmNamesOf(stack: TerraformStack): string[] {
  const alarms = stack.node
    .findAll()
    .filter(TerraformResource.isTerraformResource)
    .filter(({ terraformResourceType }) => ALARM_TYPES.includes(terraformResourceType));
  const names = (type: string | undefined) =>
    alarms.flatMap((alarm) =>
      alarm.terraformResourceType === type &&
      "alarmNameInput" in alarm &&
      typeof alarm.alarmNameInput === "string"
        ? [alarm.alarmNameInput]
        : [],
    );
  return [...ALARM_TYPES].reverse().flatMap(names);
}

/** @throws Error if the app has no such model. The rules of environments refuse this case before */
function modelOf(models: Models, name: string): Model {
  const model = models[name];
  if (model === undefined) throw new Error(`models: got ${name}; allowed: ${Object.keys(models).join(", ")}`);
  return model;
}
