/** The settings of the endpoint that the rules of its containers read. */
export interface ContainerContext {
  readonly region: string;
  /** Instance type; `undefined` for a serverless endpoint, and for settings without a valid instance type. */
  readonly instanceType: string | undefined;
  readonly isServerless: boolean;
  /** Whether the endpoint has several containers (`containers`). */
  readonly isSeries: boolean;
  /** Whether the container serves many models (`multiModel`). */
  readonly isMultiModel: boolean;
  /** Whether the containers have no network (`networkIsolation`). */
  readonly isIsolated: boolean;
  /** Whether the containers run in a VPC that the environment creates. From such a VPC they can reach only S3. */
  readonly isInNewVpc: boolean;
}
