import { LambdaFunctionUrl } from "@cdktf/provider-aws/lib/lambda-function-url";
import { Construct } from "constructs";
import type { FunctionUrlSettings } from "../../environments/model-settings";
import type { EndpointFunction } from "./endpoint-function";

/** Props of {@link FunctionUrl}. */
export interface FunctionUrlProps {
  readonly function: EndpointFunction;
  readonly settings: FunctionUrlSettings;
}

/** What a signed request of a page carries. */
const ALLOW_HEADERS = ["authorization", "content-type", "x-amz-date", "x-amz-security-token", "accept"];

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
        allowOrigins: [...(props.settings.corsAllowOrigins ?? ["*"])],
        allowMethods: ["*"],
        allowHeaders: ALLOW_HEADERS,
        exposeHeaders: ["access-control-allow-origin"],
      },
    });
    this.url = functionUrl.functionUrl;
  }
}
