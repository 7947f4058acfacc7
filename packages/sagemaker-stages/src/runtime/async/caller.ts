import { createHash } from "node:crypto";
import { type IncomingRequest, partOf } from "../event";

/**
 * The caller of a request, as a part of S3 keys: a hash of the caller's identity in the event. The requests of a caller
 * exist only below the caller's part, so that another caller's id is an unknown id.
 *
 * - A signed request: the signer's ARN. Every session of a role has the ARN of the role, because another process of the same
 *   caller may read the answer; a signed-in user of an identity pool has an own identity in addition.
 * - A key of a customer, or a token: the id from the authorizer (the customer's name, or a hash of issuer and subject).
 * - The environment's shared key, an open route, and a direct invocation: no identity. The id alone protects the answer.
 */
export function callerOf({ kind, event }: IncomingRequest): string {
  const identity = kind === "direct" ? [] : identityOf(event);
  return createHash("sha256")
    .update(JSON.stringify([kind === "direct", ...identity]))
    .digest("hex")
    .slice(0, 32);
}

function identityOf(event: unknown): readonly unknown[] {
  const context = partOf(event, "requestContext");
  const { userArn, cognitoIdentityId } = partOf(context, "identity");
  const authorizer = partOf(context, "authorizer");
  const iam = partOf(authorizer, "iam");
  const signer = userArn ?? iam.userArn;
  if (typeof signer === "string" && signer !== "") {
    const cognito = cognitoIdentityId ?? partOf(iam, "cognitoIdentity").identityId ?? "";
    return ["signer", withoutSession(signer), cognito];
  }
  const { principalId } = authorizer;
  if (typeof principalId === "string" && principalId !== "") return ["principal", principalId];
  const { iss, sub } = partOf(authorizer, "claims");
  return typeof sub === "string" && sub !== "" ? ["token", iss, sub] : [];
}

/** `arn:aws:sts::123456789012:assumed-role/<role>/<session>` without the session. */
function withoutSession(arn: string): string {
  return arn.replace(/(:assumed-role\/[^/]+)\/.*$/, "$1");
}
