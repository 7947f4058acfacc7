import type { EndpointTarget } from "../../environment/settings/targets";
import type { InvokedEndpoint } from "../../iam/workload/invoke-endpoint";

/** An endpoint as a function invokes it. */
export interface TargetedEndpoint extends InvokedEndpoint {
  readonly endpointName: string;
  /** What of the endpoint answers. @default - SageMaker decides */
  readonly target?: EndpointTarget | undefined;
}

/** A function that answers a route and asks an endpoint, whoever made it. */
export interface EndpointFunction {
  /** Known before anything is deployed. */
  readonly functionName: string;
  /** Known before anything is deployed. */
  readonly functionArn: string;
  /** The name, as a reference to the function itself: what uses it waits for it. */
  readonly functionReference: string;
  /** Name of the statement with which a route may invoke it; others of the function may be somebody else's. */
  readonly routeStatementId: string;
}
