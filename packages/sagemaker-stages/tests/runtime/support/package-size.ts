/** The maximum compressed size of the shared code and a small contract. Every cold start loads the package. */
const MAX_SHARED_BYTES = 12 * 1024;

/** A function's package, compressed. */
export interface PackageSize {
  readonly model: string;
  /** The whole package. */
  readonly bytes: number;
  /** The maximum size of the model's own code. */
  readonly ownCode: number;
  /** Data in the package, e.g. a vocabulary. Its size depends on the training, and has no limit. */
  readonly data: readonly { readonly file: string; readonly bytes: number }[];
}

/** Describes why a package is too large, and how to raise the limit. @returns `undefined` if the package is small enough */
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
