/** What the code that all functions share costs, compressed, with room for a contract: every cold start loads 12 KB. */
const MAX_SHARED_BYTES = 12 * 1024;

/** A function's package, compressed. */
export interface PackageSize {
  readonly model: string;
  /** The whole package. */
  readonly bytes: number;
  /** What the model's own code may add. */
  readonly ownCode: number;
  /** Data in the package, such as a vocabulary: as large as the team's training made it. */
  readonly data: readonly { readonly file: string; readonly bytes: number }[];
}

/** Why a package is too large, and how to raise the limit; `undefined` where the package is small enough. */
export function describeExcess({ model, bytes, ownCode, data }: PackageSize): string | undefined {
  const allowed = MAX_SHARED_BYTES + ownCode + data.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes <= allowed) return undefined;
  const parts = [
    `${MAX_SHARED_BYTES} for the shared code`,
    `${ownCode} for the model's own code`,
    ...data.map((file) => `${file.bytes} for ${file.file}`),
  ];
  return (
    `functions/${model}: got ${bytes} bytes (gzip); allowed: ${allowed} = ${parts.join(" + ")}. ` +
    "Every cold start loads the package. Remove an import that is not needed, or set extraInBytes of " +
    `${model} to ${ownCode + bytes - allowed} in packages/sagemaker-stages/tests/runtime/support/invocations.ts.`
  );
}
