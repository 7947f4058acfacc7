/** The memory of a function that determines the price of its duration. */
export interface LambdaSize {
  readonly memorySizeInMb: number;
  /** `arm64` or `x86_64`. */
  readonly architecture: string;
  /** The ephemeral storage (`/tmp`); `undefined`: the free 512 MB. */
  readonly ephemeralStorageInMb: number | undefined;
}

/** GB-seconds that Lambda charges for. */
export interface LambdaUsage {
  /** As in the table of prices. */
  readonly item: string;
  /** The charged memory or storage in GB. */
  readonly gigabytes: number;
}

/** Lambda's (https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html). */
const FREE_STORAGE_IN_MB = 512;

/** What Lambda charges for each second of a function, beside the price of a request. */
export function lambdaUsage({
  memorySizeInMb,
  architecture,
  ephemeralStorageInMb = FREE_STORAGE_IN_MB,
}: LambdaSize): LambdaUsage[] {
  const paidStorageInMb = ephemeralStorageInMb - FREE_STORAGE_IN_MB;
  return [
    { item: `lambda:duration:${architecture}`, gigabytes: memorySizeInMb / 1024 },
    ...(paidStorageInMb > 0 ? [{ item: "lambda:ephemeral-storage", gigabytes: paidStorageInMb / 1024 }] : []),
  ];
}
