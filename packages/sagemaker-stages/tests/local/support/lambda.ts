import { createHash } from "node:crypto";
import { mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { UnreservedConcurrency } from "../../../src/local/lambda/concurrency";
import {
  type InvocationResult,
  type LambdaSettings,
  LocalFunction,
} from "../../../src/local/lambda/function";
import { removeTaskFolders } from "../../../src/local/lambda/task-folder";
import { ContainerFailures } from "../../../src/local/sagemaker/container-failures";
import type { FunctionDefinition } from "../../../src/local/terraform/deployment";

/** Functions made from source code, in a temporary folder. */
export class Lambda {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "functions-")));
  /** The output of the functions, and the stage's messages. */
  output = "";
  /** The concurrency that functions without reserved concurrency share. */
  readonly unreserved = new UnreservedConcurrency();
  private readonly functions: LocalFunction[] = [];

  /**
   * A deployment package.
   *
   * @param code - CommonJS that sets `exports.handler`
   */
  define(code: string, settings: Partial<FunctionDefinition> = {}): FunctionDefinition {
    // A fixed date, because the current time would change the package of the same code.
    const zip = zipSync({ "index.js": [strToU8(code), { mtime: new Date(1980, 0, 1) }] });
    const codeSha256 = createHash("sha256").update(zip).digest("base64");
    const zipFile = join(this.folder, `${Buffer.from(codeSha256, "base64").toString("hex")}.zip`);
    writeFileSync(zipFile, zip);
    return {
      name: "dev-test",
      arn: "arn:aws:lambda:us-east-1:123456789012:function:dev-test",
      zipFile,
      codeSha256,
      handler: "index.handler",
      runtime: "nodejs22.x",
      timeoutInSeconds: 20,
      memorySizeInMb: 256,
      reservedConcurrency: undefined,
      environment: {},
      region: "us-east-1",
      logGroup: "/aws/lambda/dev-test",
      invocableFor: ["*"],
      ...settings,
    };
  }

  /**
   * Makes a function that runs until this object is closed.
   *
   * @param limits - the limits of streams. Default: those of the local stage
   */
  run(
    code: string,
    settings: Partial<FunctionDefinition> = {},
    limits: Pick<LambdaSettings, "streamProcesses" | "bandwidth"> = {},
  ): LocalFunction {
    const fn = new LocalFunction(this.define(code, settings), {
      folder: this.folder,
      sagemakerRuntimeUrl: "http://127.0.0.1:9",
      unreserved: this.unreserved,
      ...limits,
      containerFailures: new ContainerFailures(),
      log: (text) => {
        this.output += text;
      },
    });
    this.functions.push(fn);
    return fn;
  }

  /** Ends every function and removes its code. */
  async close(): Promise<void> {
    await Promise.all(this.functions.map((fn) => fn.stop()));
    removeTaskFolders(this.folder);
  }
}

/** The answer of a function; throws if the function failed. */
export function answerOf(result: InvocationResult): unknown {
  if (!result.ok) throw new Error(`${result.error.errorType}: ${result.error.errorMessage}`);
  return JSON.parse(result.payload);
}
