import { LambdaFunctionUrl } from "@cdktf/provider-aws/lib/lambda-function-url";
import { Construct } from "constructs";
import type { ParsedFunctionUrlSettings } from "../../environment/settings/function-url";
import { CORS_EXPOSE_HEADERS } from "../../runtime/cors";
import { CORS_ALLOW_HEADERS, PREFLIGHT_MAX_AGE_IN_SECONDS } from "../api/cors";
import type { EndpointFunction } from "./endpoint-function";

/** Props of {@link FunctionUrl}. */
export interface FunctionUrlProps {
  readonly function: EndpointFunction;
  readonly settings: ParsedFunctionUrlSettings;
}

/**
 * A function URL for signed requests. With NONE, Terraform's provider would add a public permission of its own,
 * outside the plan, that outlives the URL: it is never offered.
 */
export class FunctionUrl extends Construct {
  /** Known after the first apply; ends with a slash. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: FunctionUrlProps) {
    super(scope, id);
    const functionUrl = new LambdaFunctionUrl(this, "url", {
      functionName: props.function.functionReference,
      authorizationType: "AWS_IAM",
      cors: {
        allowOrigins: [...props.settings.corsAllowOrigins],
        allowMethods: ["*"],
        allowHeaders: [...CORS_ALLOW_HEADERS],
        exposeHeaders: ["access-control-allow-origin", ...CORS_EXPOSE_HEADERS.split(",")],
        maxAge: PREFLIGHT_MAX_AGE_IN_SECONDS,
      },
    });
    this.url = functionUrl.functionUrl;
  }
}
