import { type PolicyDocument, policyDocument, type Statement } from "../policy-document";

/** Policy of a private bucket: denies requests without TLS. The principals' own policies grant access. */
export function privateBucketPolicy(bucketArn: string): PolicyDocument {
  return policyDocument(denyInsecureTransport(bucketArn));
}

/** Denies requests without TLS. */
function denyInsecureTransport(bucketArn: string): Statement {
  return {
    Sid: "DenyInsecureTransport",
    Effect: "Deny",
    Principal: "*",
    Action: ["s3:*"],
    Resource: [bucketArn, `${bucketArn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

/** Policy of the page's bucket: the page's distribution may read objects; requests without TLS are denied. */
export function websiteBucketPolicy({
  bucketArn,
  distributionArn,
}: {
  readonly bucketArn: string;
  readonly distributionArn: string;
}): PolicyDocument {
  return policyDocument(denyInsecureTransport(bucketArn), {
    Sid: "AllowCloudFrontServicePrincipalReadOnly",
    Effect: "Allow",
    Principal: { Service: "cloudfront.amazonaws.com" },
    Action: ["s3:GetObject"],
    Resource: [`${bucketArn}/*`],
    Condition: { StringEquals: { "aws:SourceArn": distributionArn } },
  });
}
