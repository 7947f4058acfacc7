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
import type { ParsedEnvironment } from "../../environment/environment";
import type { RouteAccess } from "../../environment/model-settings";
import { omitUndefined } from "../../environment/omit-undefined";
import { type RouteOfStage, routeArn, routePermission } from "../../iam/workload/api-gateway";
import type { EndpointFunction, TargetedEndpoint } from "../function/endpoint-function";
import type { AwsScope } from "../terraform/aws-scope";
import { terraformJson } from "../terraform/terraform-json";
import { AccessLogs } from "./access-logs";
import { checkDefinitionSize } from "./definition-size";
import type { GatewayRole } from "./gateway-role";
import { type OpenApiRoute, openApi, type RouteContract } from "./openapi";

/** One route of the stage. */
export interface StageRoute {
  readonly contract: RouteContract;
  /** The authorization of the route. */
  readonly access: RouteAccess;
  /** The function that answers, or the endpoint that API Gateway invokes. */
  readonly target: RouteFunction | RouteEndpoint;
}

/** A route that a function answers. */
export interface RouteFunction {
  readonly function: EndpointFunction;
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
  readonly corsAllowOrigin: string;
  readonly routes: readonly StageRoute[];
  /** Whether Terraform refuses to plan the API's destruction. A new API has another URL. */
  readonly protected: boolean;
}

/**
 * A Regional REST API with one stage. The API is created from one OpenAPI document, and a new hash of the document triggers a
 * deployment. Terraform creates a deployment before it destroys the previous deployment, so that the stage always has one.
 */
export class RestStage extends Construct {
  /** `https://<api>.execute-api.<region>.amazonaws.com/<stage>`; known after the first apply. */
  readonly url: string;
  /** The origin of {@link url}. */
  readonly origin: string;
  /** The API's document. */
  readonly openApi: unknown;
  /** Id of the API key; `undefined` if no route requires a key. The outputs do not contain the key's value. */
  readonly apiKeyId: string | undefined;
  private readonly ofStage: Pick<RouteOfStage, "apiExecutionArn" | "stageName">;

  constructor(scope: Construct, id: string, props: RestStageProps) {
    super(scope, id);
    const { account, apiName, stageName, settings, corsAllowOrigin, routes } = props;

    this.openApi = openApi({
      title: apiName,
      region: account.region,
      partition: account.partition,
      corsAllowOrigin,
      routes: routes.map(toOpenApiRoute),
    });
    const body = terraformJson(this.openApi);
    checkDefinitionSize(body, routes.length, TerraformStack.of(this).node.id);
    const roles = routes.flatMap(({ target }) => ("role" in target ? [target.role] : []));
    const api = new ApiGatewayRestApi(
      this,
      "api",
      omitUndefined({
        name: apiName,
        endpointConfiguration: { types: ["REGIONAL"] },
        body,
        // The roles and their policies exist before API Gateway imports a document that names the roles.
        dependsOn: roles.length === 0 ? undefined : roles.map(({ rolePolicy }) => rolePolicy),
        lifecycle: props.protected ? { preventDestroy: true } : undefined,
      }),
    );
    this.ofStage = { apiExecutionArn: api.executionArn, stageName };
    const permissions = routes.flatMap(({ contract, target }) =>
      "function" in target ? [this.permit(contract, target.function)] : [],
    );
    const deployment = new ApiGatewayDeployment(this, "deployment", {
      restApiId: api.id,
      triggers: { redeployment: Fn.sha256(api.body) },
      lifecycle: { createBeforeDestroy: true },
    });
    const accessLogs = settings.accessLogs
      ? new AccessLogs(this, "access-logs", {
          account,
          apiName,
          retentionInDays: settings.logRetentionInDays,
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

    this.url = stage.invokeUrl;
    this.origin = `https://${api.id}.${account.stageDomain}`;
    this.apiKeyId = routes.some((route) => route.access === "API_KEY")
      ? this.addApiKey(apiName, api, stage, settings).id
      : undefined;
  }

  /** The ARN of a route of this stage, for policies. */
  routeArn({ method, path }: Pick<RouteOfStage, "method" | "path">): string {
    return routeArn({ ...this.ofStage, method, path });
  }

  /** Allows API Gateway to invoke the function for its route. */
  private permit({ model, route: { method, path } }: RouteContract, fn: EndpointFunction): LambdaPermission {
    const permission = routePermission({ ...this.ofStage, method, path }, fn.routeStatementId);
    return new LambdaPermission(this, `${model}-permission`, {
      ...permission,
      functionName: fn.functionReference,
    });
  }

  /** API Gateway generates the key's value. Only Terraform's state contains a copy. */
  private addApiKey(
    name: string,
    api: ApiGatewayRestApi,
    stage: ApiGatewayStage,
    { throttling }: RestStageProps["settings"],
  ): ApiGatewayApiKey {
    const key = new ApiGatewayApiKey(this, "api-key", { name });
    const plan = new ApiGatewayUsagePlan(this, "usage-plan", {
      name,
      apiStages: [{ apiId: api.id, stage: stage.stageName }],
      throttleSettings: { rateLimit: throttling.rateLimit, burstLimit: throttling.burstLimit },
    });
    new ApiGatewayUsagePlanKey(this, "usage-plan-key", {
      keyId: key.id,
      keyType: "API_KEY",
      usagePlanId: plan.id,
    });
    return key;
  }
}

/** The route with ARNs that are built from names, so that a plan shows the whole document. */
function toOpenApiRoute({ contract, access, target }: StageRoute): OpenApiRoute {
  if ("function" in target) return { contract, access, functionArn: target.function.functionArn };
  const { endpoint, role } = target;
  const { endpointName, target: part = {} } = endpoint;
  return { contract, access, endpoint: { endpointName, target: part, roleArn: role.roleArn } };
}
