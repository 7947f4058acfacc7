import type { EndpointTarget } from "../../environment/settings/endpoint/targets";
import type { InvokedEndpoint } from "../../iam/workload/invoke-endpoint";

/** An endpoint that a function invokes. */
export interface TargetedEndpoint extends InvokedEndpoint {
  readonly endpointName: string;
  /** The part of the endpoint that answers. @default - SageMaker decides */
  readonly target?: EndpointTarget | undefined;
}

/** A new or existing function that answers a route and invokes an endpoint. */
export interface EndpointFunction {
  /** Known before the deployment. */
  readonly functionName: string;
  /** Known before the deployment. */
  readonly functionArn: string;
  /** The name as a reference to the function: a resource with the reference waits for the function. */
  readonly functionReference: string;
  /** Id of the statement that allows a route to invoke the function. The function can have statements of other owners. */
  readonly routeStatementId: string;
}
