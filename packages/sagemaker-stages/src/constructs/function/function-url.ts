import { LambdaFunctionUrl } from "@cdktf/provider-aws/lib/lambda-function-url";
import { Construct } from "constructs";
import type { ParsedFunctionUrlSettings } from "../../environment/settings/model/function-url";
import type { Contract } from "../../runtime/contract";
import { exposedHeaders } from "../../runtime/cors";
import { allowedHeaders, PREFLIGHT_MAX_AGE_IN_SECONDS } from "../api/cors";
import type { EndpointFunction } from "./endpoint-function";

/** Props of {@link FunctionUrl}. */
export interface FunctionUrlProps {
  readonly function: EndpointFunction;
  readonly settings: ParsedFunctionUrlSettings;
  /** The headers that the contract reads and sets. */
  readonly contract: Pick<Contract<unknown, unknown>, "callerHeaders" | "answerHeaders">;
  /** The origin of the page that calls the URL; `undefined` if the page does not call the URL. */
  readonly pageOrigin: string | undefined;
  /** Whether the URL sends the answer in parts, as the function sends them. */
  readonly isStreamed: boolean;
}

/**
 * A function URL for signed requests. The authorization type NONE is not supported: Terraform's provider would add a public
 * permission that no plan shows and that stays after the URL is destroyed.
 */
export class FunctionUrl extends Construct {
  /** Known after the first apply; ends with a slash. */
  readonly url: string;
  /** The first label of the host's name; known after the first apply. */
  readonly urlId: string;

  constructor(scope: Construct, id: string, props: FunctionUrlProps) {
    super(scope, id);
    const { callerHeaders, answerHeaders } = props.contract;
    const functionUrl = new LambdaFunctionUrl(this, "url", {
      functionName: props.function.functionReference,
      authorizationType: "AWS_IAM",
      // https://docs.aws.amazon.com/lambda/latest/dg/config-rs-invoke-furls.html
      ...(props.isStreamed ? { invokeMode: "RESPONSE_STREAM" } : {}),
      cors: {
        allowOrigins: allowedOrigins(props),
        allowMethods: ["*"],
        allowHeaders: allowedHeaders(callerHeaders),
        exposeHeaders: ["access-control-allow-origin", ...exposedHeaders(answerHeaders).split(",")],
        maxAge: PREFLIGHT_MAX_AGE_IN_SECONDS,
      },
    });
    this.url = functionUrl.functionUrl;
    this.urlId = functionUrl.urlId;
  }
}

/** The origins of the setting, and the origin of the page. `*` includes the page. */
function allowedOrigins({ settings, pageOrigin }: FunctionUrlProps): string[] {
  const { corsAllowOrigins: origins } = settings;
  return pageOrigin === undefined || origins.includes("*") ? [...origins] : [...origins, pageOrigin];
}
