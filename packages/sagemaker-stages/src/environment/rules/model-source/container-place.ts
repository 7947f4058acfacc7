/** Where the containers of a model run. */
export interface ContainerPlace {
  readonly region: string;
  /** Instance type; `undefined` on a serverless endpoint, and where the settings name none. */
  readonly instanceType: string | undefined;
  readonly isServerless: boolean;
  /** Whether the containers have no network (`networkIsolation`). */
  readonly isIsolated: boolean;
  /** Whether the containers run in a VPC that the environment creates, which reaches S3 alone. */
  readonly isInNewVpc: boolean;
}
