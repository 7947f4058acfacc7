import type { Credentials } from "aws4";
import { serviceDomain } from "../../aws/partition";
import { elementOf, endpointUrl, sendSigned } from "../../aws/signed-request";
import { DriftError } from "../errors";

/** The account of the credentials (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html). */
export async function accountOf(region: string, credentials: Credentials): Promise<string> {
  const { origin } = endpointUrl("STS", serviceDomain("sts", region));
  const url = new URL(`${origin}/?Action=GetCallerIdentity&Version=2011-06-15`);
  const answer = await sendSigned({ service: "sts", region, method: "GET", url }, credentials);
  const xml = await answer.text();
  const account = elementOf(xml, "Account");
  if (account !== undefined) return account;
  throw new DriftError(
    `AWS credentials: ${elementOf(xml, "Code") ?? `HTTP ${answer.status}`}: ${elementOf(xml, "Message") ?? "no message"}`,
  );
}
