import http from "node:http";
import https from "node:https";

/** What SageMaker sends to a model's container. */
export interface ContainerRequest {
  readonly contentType: string;
  readonly accept: string;
  readonly body: Buffer;
}

/** What the container answers. */
export interface ContainerResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer | string;
}

/** A model's container: `POST /invocations`, whatever stands behind it. */
export interface Container {
  /** What it is, for people. */
  readonly description: string;
  /** @throws Error where it cannot be reached or does not answer in time */
  invoke(request: ContainerRequest): Promise<ContainerResponse>;
}

/** One invocation may take 60 s (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html). */
const INVOCATION_TIMEOUT_IN_MS = 60_000;

/**
 * The user's own container.
 *
 * @param address - e.g. `http://127.0.0.1:8080`, with or without `/invocations`
 */
export function ownContainer(address: URL): Container {
  const url = new URL(address);
  if (!url.pathname.endsWith("/invocations")) url.pathname = `${url.pathname.replace(/\/$/, "")}/invocations`;
  return {
    description: `container at ${url.href}`,
    invoke: ({ contentType, accept, body }) =>
      new Promise((resolve, reject) => {
        const outgoing = (url.protocol === "https:" ? https : http).request(url, {
          method: "POST",
          headers: { "Content-Type": contentType, Accept: accept, "Content-Length": body.length },
          timeout: INVOCATION_TIMEOUT_IN_MS,
        });
        outgoing.on("timeout", () => outgoing.destroy(new Error("no answer within 60 seconds")));
        outgoing.on("error", reject);
        outgoing.on("response", (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
          incoming.on("error", reject);
          incoming.on("end", () =>
            resolve({
              status: incoming.statusCode ?? 0,
              contentType: incoming.headers["content-type"] ?? "application/octet-stream",
              body: Buffer.concat(chunks),
            }),
          );
        });
        outgoing.end(body);
      }),
  };
}
