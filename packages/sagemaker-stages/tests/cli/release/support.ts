import { createHash } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** A request that {@link FakeAws} received. */
export interface Received {
  readonly line: string;
  readonly headers: IncomingMessage["headers"];
}

/** An object of a bucket. */
interface StoredObject {
  readonly body: Buffer;
  readonly versionId?: string;
  /** The account that owns the bucket. */
  readonly owner?: string;
}

/** A server that answers the requests of `release` as S3, SageMaker and ECR. */
export class FakeAws {
  readonly requests: Received[] = [];
  /** Objects by `/<bucket>/<key>`. */
  readonly objects = new Map<string, StoredObject>();
  /** Answers of the operations with the protocol JSON 1.1. */
  readonly answers = new Map<string, object>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      const { method = "", url = "", headers } = request;
      request.resume();
      const target = headers["x-amz-target"];
      this.requests.push({ line: `${method} ${target ?? url}`, headers });
      if (typeof target === "string") {
        const [, operation = ""] = target.split(".");
        const answer = this.answers.get(operation);
        response.writeHead(answer === undefined ? 400 : 200);
        response.end(JSON.stringify(answer ?? { message: `no ${operation}` }));
        return;
      }
      const [path = ""] = url.split("?");
      const object = this.objects.get(path);
      const expectedOwner = headers["x-amz-expected-bucket-owner"];
      if (object === undefined || (expectedOwner !== undefined && expectedOwner !== object.owner)) {
        response.writeHead(object === undefined ? 404 : 403).end();
        return;
      }
      response.writeHead(200, {
        etag: `"${createHash("md5").update(object.body).digest("hex")}"`,
        "content-length": object.body.length,
        ...(object.versionId === undefined ? {} : { "x-amz-version-id": object.versionId }),
      });
      response.end(method === "HEAD" ? undefined : object.body);
    });
  }

  static async start(): Promise<FakeAws> {
    const aws = new FakeAws();
    await new Promise<void>((resolve) => aws.server.listen(0, "127.0.0.1", resolve));
    return aws;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Writes a program that prints the outputs of a stack in place of `terraform output`. */
export function fakeTerraform(folder: string, outputs: object | undefined): string {
  const file = join(folder, "fake-terraform");
  const answer =
    outputs === undefined
      ? "echo 'Backend initialization required' >&2; exit 1"
      : `cat <<'END'\n${JSON.stringify(outputs)}\nEND`;
  writeFileSync(file, `#!/bin/sh\n${answer}\n`);
  chmodSync(file, 0o755);
  return file;
}
