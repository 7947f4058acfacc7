import { type PolicyDocument, policyDocument } from "../policy-document";
import { refusePlainHttp } from "./private-bucket";

/** Who may reach the page's bucket: its one distribution reads objects; nobody comes without TLS. */
export function websiteBucketPolicy({
  bucketArn,
  distributionArn,
}: {
  readonly bucketArn: string;
  readonly distributionArn: string;
}): PolicyDocument {
  return policyDocument(refusePlainHttp(bucketArn), {
    Sid: "DistributionReadsObjects",
    Effect: "Allow",
    Principal: { Service: "cloudfront.amazonaws.com" },
    Action: ["s3:GetObject"],
    Resource: [`${bucketArn}/*`],
    Condition: { StringEquals: { "aws:SourceArn": distributionArn } },
  });
}
