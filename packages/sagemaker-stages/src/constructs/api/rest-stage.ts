import { ApiGatewayApiKey } from "@cdktf/provider-aws/lib/api-gateway-api-key";
import { ApiGatewayDeployment } from "@cdktf/provider-aws/lib/api-gateway-deployment";
import { ApiGatewayMethodSettings } from "@cdktf/provider-aws/lib/api-gateway-method-settings";
import { ApiGatewayRestApi } from "@cdktf/provider-aws/lib/api-gateway-rest-api";
import { ApiGatewayStage } from "@cdktf/provider-aws/lib/api-gateway-stage";
import { ApiGatewayUsagePlan } from "@cdktf/provider-aws/lib/api-gateway-usage-plan";
import { ApiGatewayUsagePlanKey } from "@cdktf/provider-aws/lib/api-gateway-usage-plan-key";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import { Fn, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { routesOf } from "../../environment/async-requests";
import type { ParsedEnvironment } from "../../environment/environment";
import type { ParsedRouteAccess } from "../../environment/model-settings";
import { isEnhancedPolicy, type ParsedStageDomain, stageUrlOf } from "../../environment/settings/domain";
import type { Transfer } from "../../environment/transfer";
import {
  authorizerPermission,
  type RouteOfStage,
  routeArn,
  routePermission,
} from "../../iam/workload/api-gateway";
import { omitUndefined } from "../../lib/omit-undefined";
import { Firewall } from "../firewall/firewall";
import type { EndpointFunction, TargetedEndpoint } from "../function/endpoint-function";
import type { AwsScope } from "../terraform/aws-scope";
import { terraformJson } from "../terraform/terraform-json";
import { AccessLogs } from "./access-logs";
import type { Authorizer } from "./authorizer";
import type { AllowedOrigins } from "./cors";
import { type Customers, SHARED_KEY_IDS } from "./customers";
import { checkDefinitionSize } from "./definition-size";
import type { GatewayRole } from "./gateway-role";
import { type OpenApiRoute, openApi, type RouteContract } from "./openapi";
import { StageDomain, setPolicyOfApi } from "./stage-domain";

/** One route of the stage. */
export interface StageRoute {
  readonly contract: RouteContract;
  /** The authorization of the route. */
  readonly access: ParsedRouteAccess;
  /** The function that answers, or the endpoint that API Gateway invokes. */
  readonly target: RouteFunction | RouteEndpoint;
  /** How the route answers, and how long API Gateway waits. @default - buffered, 29 seconds */
  readonly transfer?: Pick<Transfer, "isStreamed" | "timeoutInSeconds"> | undefined;
}

/** A route that a function answers. */
export interface RouteFunction {
  readonly function: EndpointFunction;
  /** Whether the function answers asynchronous requests, and serves further paths. @default false */
  readonly isAsync?: boolean | undefined;
}

/** A route whose endpoint API Gateway invokes without a function. */
export interface RouteEndpoint {
  readonly endpoint: TargetedEndpoint;
  /** The role with which API Gateway invokes the endpoint. */
  readonly role: GatewayRole;
}

/** Props of {@link RestStage}. */
export interface RestStageProps {
  readonly account: AwsScope;
  /** Name of the API and of its key. */
  readonly apiName: string;
  /** Name of the stage: the first part of every path. */
  readonly stageName: string;
  readonly settings: ParsedEnvironment["stage"];
  readonly corsAllowOrigin: AllowedOrigins;
  readonly routes: readonly StageRoute[];
  /** The customers with their keys. @default - none: the routes whose access is `API_KEY` share one key */
  readonly customers?: Customers | undefined;
  /** The function that checks callers' credentials. @default - none: no route needs the function */
  readonly authorizer?: Authorizer | undefined;
  /** Whether Terraform refuses to plan the API's destruction. A new API has another URL. */
  readonly protected: boolean;
}

/**
 * A Regional REST API with one stage. The API is created from one OpenAPI document, and a new hash of the document triggers a
 * deployment. Terraform creates a deployment before it destroys the previous deployment, so that the stage always has one.
 */
export class RestStage extends Construct {
  /**
   * The URL of the domain name with its base path, or `https://<api>.execute-api.<region>.amazonaws.com/<stage>`, which is
   * known after the first apply.
   */
  readonly url: string;
  /** The origin of {@link url}. */
  readonly origin: string;
  /** `https://<api>.execute-api.<region>.amazonaws.com/<stage>`; known after the first apply. */
  readonly executeApiUrl: string;
  /** The domain name; `undefined` for a stage without `domain`. */
  readonly domain: StageDomain | undefined;
  /** The API's document. */
  readonly openApi: unknown;
  /**
   * Id of the shared API key; `undefined` if no route requires a key, or if the environment has customers. The outputs do not
   * contain the key's value.
   */
  readonly apiKeyId: string | undefined;
  private readonly ofStage: Pick<RouteOfStage, "apiExecutionArn" | "stageName">;

  constructor(scope: Construct, id: string, props: RestStageProps) {
    super(scope, id);
    const { account, apiName, stageName, settings, corsAllowOrigin, routes, authorizer } = props;

    this.openApi = openApi({
      title: apiName,
      region: account.region,
      partition: account.partition,
      corsAllowOrigin,
      hasFirewall: settings.firewall !== undefined,
      routes: routes.map(toOpenApiRoute),
      hasCustomers: props.customers !== undefined,
      authorizer: authorizer && {
        functionArn: authorizer.functionArn,
        cacheInSeconds: settings.authorizerCacheInSeconds,
      },
    });
    const body = terraformJson(this.openApi);
    checkDefinitionSize(body, routes.length, TerraformStack.of(this).node.id);
    const roles = routes.flatMap(({ target }) => ("role" in target ? [target.role] : []));
    this.domain = this.createDomain(props);
    const beforeApi = [
      // The roles and their policies exist before API Gateway imports a document that names the roles.
      ...roles.map(({ rolePolicy }) => rolePolicy),
      // The default address of an existing API closes only after the domain name has a certificate and records.
      ...(this.domain?.nameAndRecords ?? []),
    ];
    const api = new ApiGatewayRestApi(
      this,
      "api",
      omitUndefined({
        name: apiName,
        endpointConfiguration: { types: ["REGIONAL"] },
        body,
        // Without a value, Terraform keeps the value of its state: an API would stay closed after the removal of its domain name.
        disableExecuteApiEndpoint: settings.domain?.disableExecuteApiEndpoint ?? false,
        dependsOn: beforeApi.length === 0 ? undefined : beforeApi,
        lifecycle: props.protected ? { preventDestroy: true } : undefined,
      }),
    );
    if (settings.domain !== undefined) setPolicyOfApi(api, settings.domain);
    this.ofStage = { apiExecutionArn: api.executionArn, stageName };
    const permissions = routes.flatMap(({ contract, target }) =>
      "function" in target ? this.permit(contract, target) : [],
    );
    if (authorizer !== undefined) permissions.push(this.permitAuthorizer(authorizer));
    const deployment = new ApiGatewayDeployment(this, "deployment", {
      restApiId: api.id,
      triggers: deploymentTriggers(api.body, settings.domain),
      lifecycle: { createBeforeDestroy: true },
    });
    const accessLogs = settings.accessLogs
      ? new AccessLogs(this, "access-logs", {
          account,
          apiName,
          retentionInDays: settings.logRetentionInDays,
          logCallers: settings.logCallers,
        })
      : undefined;
    const stage = new ApiGatewayStage(
      this,
      "stage",
      omitUndefined({
        restApiId: api.id,
        deploymentId: deployment.id,
        stageName,
        xrayTracingEnabled: true,
        accessLogSettings: accessLogs?.settings,
        // Callers reach the stage only after API Gateway may invoke the functions.
        dependsOn: [...permissions, ...(accessLogs === undefined ? [] : [accessLogs.group])],
      }),
    );
    new ApiGatewayMethodSettings(this, "throttling", {
      restApiId: api.id,
      stageName: stage.stageName,
      methodPath: "*/*",
      settings: {
        metricsEnabled: true,
        throttlingRateLimit: settings.throttling.rateLimit,
        throttlingBurstLimit: settings.throttling.burstLimit,
      },
    });

    props.customers?.addUsagePlans({ construct: this, apiId: api.id, stageName: stage.stageName });
    this.apiKeyId =
      props.customers === undefined && routes.some((route) => route.access === "API_KEY")
        ? this.addApiKey(apiName, api, stage, settings).id
        : undefined;
    if (settings.firewall !== undefined) {
      new Firewall(this, "firewall", {
        name: `${stageName}-stage`,
        scope: "REGIONAL",
        settings: settings.firewall,
        // A contract limits the data that the endpoint receives. The body or the query string of a request can be larger than
        // this data.
        largeParts: [
          ...(routes.some(({ contract }) => contract.route.method === "POST") ? (["body"] as const) : []),
          ...(routes.some(({ contract }) => contract.route.method === "GET")
            ? (["queryString"] as const)
            : []),
        ],
      }).protectStage(stage.arn);
    }

    this.domain?.mapTo({ apiId: api.id, stageName: stage.stageName });
    this.executeApiUrl = stage.invokeUrl;
    this.url = settings.domain === undefined ? this.executeApiUrl : stageUrlOf(settings.domain);
    this.origin =
      settings.domain === undefined
        ? `https://${api.id}.${account.stageDomain}`
        : `https://${settings.domain.name}`;
  }

  /** The ARN of a route of this stage, for policies. */
  routeArn({ method, path }: Pick<RouteOfStage, "method" | "path">): string {
    return routeArn({ ...this.ofStage, method, path });
  }

  /** Allows API Gateway to invoke the function for its route, and for the further routes of an asynchronous model. */
  private permit(
    { model, route }: RouteContract,
    { function: fn, isAsync = false }: RouteFunction,
  ): LambdaPermission[] {
    return routesOf(route, isAsync).map(({ method, path }, index) => {
      const suffix = index === 0 ? "" : `${index + 1}`;
      const permission = routePermission(
        { ...this.ofStage, method, path },
        `${fn.routeStatementId}${suffix}`,
      );
      return new LambdaPermission(this, `${model}-permission${index === 0 ? "" : `-${suffix}`}`, {
        ...permission,
        functionName: fn.functionReference,
      });
    });
  }

  /** Allows API Gateway to invoke the function for the authorizers of this API. */
  private permitAuthorizer({ functionReference }: Authorizer): LambdaPermission {
    return new LambdaPermission(this, "authorizer-permission", {
      ...authorizerPermission(this.ofStage.apiExecutionArn),
      functionName: functionReference,
    });
  }

  private createDomain({ settings, protected: isProtected }: RestStageProps): StageDomain | undefined {
    if (settings.domain === undefined) return undefined;
    return new StageDomain(this, "domain", { settings: settings.domain, protected: isProtected });
  }

  /** API Gateway generates the key's value. Only Terraform's state contains a copy. */
  private addApiKey(
    name: string,
    api: ApiGatewayRestApi,
    stage: ApiGatewayStage,
    { throttling }: RestStageProps["settings"],
  ): ApiGatewayApiKey {
    const key = new ApiGatewayApiKey(this, SHARED_KEY_IDS.key, { name });
    const plan = new ApiGatewayUsagePlan(this, SHARED_KEY_IDS.usagePlan, {
      name,
      apiStages: [{ apiId: api.id, stage: stage.stageName }],
      throttleSettings: { rateLimit: throttling.rateLimit, burstLimit: throttling.burstLimit },
    });
    new ApiGatewayUsagePlanKey(this, SHARED_KEY_IDS.usagePlanKey, {
      keyId: key.id,
      keyType: "API_KEY",
      usagePlanId: plan.id,
    });
    return key;
  }
}

/**
 * The values whose change creates a new deployment. API Gateway applies another `disableExecuteApiEndpoint` only with a new
 * deployment or another change of a stage
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-disable-default-endpoint.html), and another security
 * policy of the API only with a new deployment
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-update.html). A stage without a
 * domain name has only the hash, so that the plan of a deployed stage stays empty.
 */
function deploymentTriggers(body: string, domain: ParsedStageDomain | undefined): Record<string, string> {
  return {
    redeployment: Fn.sha256(body),
    ...(domain && { disableExecuteApiEndpoint: String(domain.disableExecuteApiEndpoint) }),
    ...(domain && isEnhancedPolicy(domain.securityPolicy) && { securityPolicy: domain.securityPolicy }),
  };
}

/** The route with ARNs that are built from names, so that a plan shows the whole document. */
function toOpenApiRoute({ contract, access, target, transfer }: StageRoute): OpenApiRoute {
  const route = { contract, access, timeoutInSeconds: transfer?.timeoutInSeconds };
  if ("function" in target) {
    const { function: fn, isAsync } = target;
    return {
      ...route,
      functionArn: fn.functionArn,
      isStreamed: transfer?.isStreamed,
      ...(isAsync === true && { isAsync }),
    };
  }
  const { endpoint, role } = target;
  const { endpointName, target: part = {} } = endpoint;
  return { ...route, endpoint: { endpointName, target: part, roleArn: role.roleArn } };
}
