/**
 * The event of a REQUEST authorizer of a REST API, with the properties that the authorizer reads
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html).
 */
export interface AuthorizerEvent {
  readonly type: string;
  /** `arn:<partition>:execute-api:<region>:<account>:<api>/<stage>/<METHOD>/<path>` of the request. */
  readonly methodArn: string;
  readonly httpMethod: string;
  /** The path of the route, e.g. `/sentiment`. */
  readonly resource: string;
  /** Every value of each header. The names have the case that the caller sent. */
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | null>> | null;
  readonly requestContext?: {
    readonly requestId?: string;
    readonly identity?: { readonly apiKey?: string | null } | null;
  };
}

/** The answer of an authorizer. API Gateway caches the answer for the credential, and evaluates the policy for each request. */
export interface AuthorizerAnswer {
  readonly principalId: string;
  readonly policyDocument: {
    readonly Version: "2012-10-17";
    readonly Statement: readonly {
      readonly Effect: "Allow" | "Deny";
      readonly Action: "execute-api:Invoke";
      readonly Resource: readonly string[];
    }[];
  };
}

/** A method and a path of the stage, e.g. `POST /sentiment`. */
export type RouteName = string;

/** Every value of a header. Names of headers ignore upper and lower case. */
export function headerValues(
  { multiValueHeaders }: Pick<AuthorizerEvent, "multiValueHeaders">,
  name: string,
): string[] {
  return Object.entries(multiValueHeaders ?? {}).flatMap(([candidate, values]) =>
    candidate.toLowerCase() === name ? [...(values ?? [])] : [],
  );
}
