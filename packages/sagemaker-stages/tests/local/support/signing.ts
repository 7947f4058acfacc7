import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Request } from "./client";

/** The settings of a signature. */
export interface Signing {
  /** @default execute-api */
  readonly service?: string;
  /** @default us-east-1 */
  readonly region?: string;
  /** @default local */
  readonly accessKeyId?: string;
  /** @default local */
  readonly secretAccessKey?: string;
  /** @default now */
  readonly date?: Date;
  /** Whether the header `x-amz-content-sha256` has the body's hash. @default true */
  readonly withBodyHash?: boolean;
}

/** `request` with headers of Signature Version 4, made by AWS's signer. */
export async function sign(base: string, request: Request, signing: Signing = {}): Promise<Request> {
  const { hostname, port, host } = new URL(base);
  const [path = "/", query] = request.path.split("?");
  const signer = new SignatureV4({
    service: signing.service ?? "execute-api",
    region: signing.region ?? "us-east-1",
    sha256: Sha256,
    applyChecksum: signing.withBodyHash ?? true,
    credentials: {
      accessKeyId: signing.accessKeyId ?? "local",
      secretAccessKey: signing.secretAccessKey ?? "local",
    },
  });
  const { headers } = await signer.sign(
    {
      protocol: "http:",
      hostname,
      port: Number(port),
      method: request.method ?? "POST",
      path,
      query: readQuery(query),
      headers: { ...request.headers, host },
      body: request.body ?? "",
    },
    { signingDate: signing.date ?? new Date() },
  );
  return { ...request, headers };
}

function readQuery(query: string | undefined): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(query)) values[name] = [...(values[name] ?? []), value];
  return values;
}
