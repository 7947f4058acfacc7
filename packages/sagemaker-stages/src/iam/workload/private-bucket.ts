import { type PolicyDocument, policyDocument, type Statement } from "../policy-document";

/** Who may reach a private bucket: nobody without TLS. Beyond that, what principals may do stands in their policies. */
export function privateBucketPolicy(bucketArn: string): PolicyDocument {
  return policyDocument(refusePlainHttp(bucketArn));
}

/** Nobody comes without TLS. */
export function refusePlainHttp(bucketArn: string): Statement {
  return {
    Sid: "RefusePlainHttp",
    Effect: "Deny",
    Principal: "*",
    Action: ["s3:*"],
    Resource: [bucketArn, `${bucketArn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}
