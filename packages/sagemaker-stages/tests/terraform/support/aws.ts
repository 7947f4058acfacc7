import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** An existing function in the answers of {@link startAws}. */
export interface KnownFunction {
  readonly name: string;
  readonly roleArn: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** The part of AWS that a plan of a new environment reads. */
export interface Aws {
  readonly url: string;
  /** The requests that this server does not support. */
  readonly unknown: readonly string[];
  stop(): Promise<void>;
}

/**
 * Starts an HTTP server that answers the requests of a plan of a new environment: GetCallerIdentity of STS, functions of
 * Lambda, and packages of the Model Registry through the Cloud Control API.
 *
 * @param approval - the status of every package
 */
export async function startAws(
  accountId: string,
  functions: readonly KnownFunction[],
  approval = "Approved",
): Promise<Aws> {
  const unknown: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const { method, url = "" } = request;
      if (body.includes("Action=GetCallerIdentity")) {
        response.setHeader("content-type", "text/xml");
        response.end(
          `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${accountId}:user/planner</Arn><UserId>planner</UserId><Account>${accountId}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
        );
        return;
      }
      if (request.headers["x-amz-target"] === "CloudApiService.GetResource") {
        const { Identifier: arn, TypeName } = JSON.parse(body) as { Identifier: string; TypeName: string };
        const properties = JSON.stringify({ ModelPackageArn: arn, ModelApprovalStatus: approval });
        response.setHeader("content-type", "application/x-amz-json-1.0");
        response.end(
          JSON.stringify({ TypeName, ResourceDescription: { Identifier: arn, Properties: properties } }),
        );
        return;
      }
      const [, name, versions] = /^\/2015-03-31\/functions\/([^/?]+)(\/versions)?(?:\?|$)/.exec(url) ?? [];
      const fn = functions.find((candidate) => candidate.name === name);
      response.setHeader("content-type", "application/json");
      if (method === "GET" && fn !== undefined) {
        const configuration = describeFunction(accountId, fn);
        response.end(
          JSON.stringify(
            versions === undefined
              ? {
                  Configuration: configuration,
                  Code: { RepositoryType: "S3", Location: "https://example.com" },
                }
              : { Versions: [configuration] },
          ),
        );
      } else if (method === "GET" && /^\/2020-06-30\/functions\/[^/]+\/code-signing-config$/.test(url)) {
        response.end(JSON.stringify({ CodeSigningConfigArn: "", FunctionName: name }));
      } else {
        unknown.push(`${method} ${url} ${body}`);
        response.statusCode = 404;
        response.setHeader("x-amzn-errortype", "ResourceNotFoundException");
        response.end(JSON.stringify({ Message: "not known here" }));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    unknown,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

function describeFunction(accountId: string, { name, roleArn, variables }: KnownFunction): object {
  const functionArn = `arn:aws:lambda:eu-central-1:${accountId}:function:${name}`;
  return {
    FunctionName: name,
    FunctionArn: functionArn,
    Role: roleArn,
    Runtime: "nodejs22.x",
    Handler: "index.handler",
    PackageType: "Zip",
    Architectures: ["arm64"],
    MemorySize: 128,
    Timeout: 28,
    Version: "$LATEST",
    CodeSha256: "",
    Environment: { Variables: variables },
    TracingConfig: { Mode: "PassThrough" },
    EphemeralStorage: { Size: 512 },
  };
}
