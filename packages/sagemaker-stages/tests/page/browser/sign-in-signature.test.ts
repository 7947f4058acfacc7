import { Sha256 } from "@aws-crypto/sha256-js";
import { describe, expect, it } from "@jest/globals";
import { SignatureV4 } from "@smithy/signature-v4";
import { signRequest, withStrictQuery } from "../../../src/page/browser/sign-in-signature";

const CREDENTIALS = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  sessionToken: "session/token+with==characters",
};
const NOW = new Date("2026-11-29T12:34:56.789Z");

/** The headers that AWS's signer makes for the same request. */
async function signedByAws(
  method: string,
  url: URL,
  body: string,
  service: string,
): Promise<Record<string, string>> {
  const signer = new SignatureV4({
    service,
    region: "eu-central-1",
    sha256: Sha256,
    applyChecksum: false,
    credentials: CREDENTIALS,
  });
  const query: Record<string, string[]> = {};
  for (const [name, value] of url.searchParams) query[name] = [...(query[name] ?? []), value];
  const { headers } = await signer.sign(
    {
      protocol: url.protocol,
      hostname: url.hostname,
      method,
      path: url.pathname,
      query,
      headers: { host: url.host },
      body,
    },
    { signingDate: NOW },
  );
  return headers;
}

describe("the page's signer", () => {
  it.each([
    ["a body", "POST", "https://abc.execute-api.eu-central-1.amazonaws.com/dev/loan", '{"x":1}'],
    ["a body in other letters", "POST", "https://abc.lambda-url.eu-central-1.on.aws/", '{"x":"Straße 日本"}'],
    ["no body", "GET", "https://abc.lambda-url.eu-central-1.on.aws/", ""],
    ["a query", "GET", "https://abc.lambda-url.eu-central-1.on.aws/?q=two words&k=1+2%2F3", ""],
    ["a query with special characters", "GET", "https://abc.on.aws/?b=it's (*) ~ü&a=&a=!", ""],
    ["a name that begins with another name", "GET", "https://abc.on.aws/?text2=b&text=a", ""],
    ["a name with a hyphen after another name", "GET", "https://abc.on.aws/?q-lang=de&q=hello", ""],
    ["a name with a dot after another name", "GET", "https://abc.on.aws/?temp.unit=C&temp=20", ""],
    ["a name with an encoded character after another name", "GET", "https://abc.on.aws/?a[0]=1&a=2&a!=3", ""],
    ["a name with several values", "GET", "https://abc.on.aws/?k=b&k=a&k=&k=a-&k=a+b&k=B", ""],
    ["an encoded path", "GET", "https://abc.on.aws/dev/with%20space/%C3%BC", ""],
    ["a port", "POST", "http://127.0.0.1:3000/dev/loan", "1,2,3"],
  ])("makes the same signature as AWS's signer for %s", async (_, method, address, body) => {
    // Prepare
    const url = withStrictQuery(address);
    const bytes = new TextEncoder().encode(body);
    const expected = await signedByAws(method, url, body, "lambda");

    // Act
    const headers = await signRequest(
      { method, url, body: bytes.buffer },
      CREDENTIALS,
      { region: "eu-central-1", service: "lambda" },
      NOW,
    );

    // Assess
    expect(headers).toEqual({
      authorization: expected.authorization,
      "x-amz-date": expected["x-amz-date"],
      "x-amz-security-token": expected["x-amz-security-token"],
    });
  });
});
