/**
 * Runs in the child process: Lambda's runtime for Node.js, over an IPC channel instead of the Runtime API. It is
 * bundled to plain JavaScript before it starts, so that a function finds nothing in its process that Lambda lacks.
 */
import { join } from "node:path";
import type { Done, FunctionError, Invoke, Ready } from "./protocol";

type Handler = (event: unknown, context: object) => unknown;

const send = (message: Ready | Done) => process.send?.(message);

function describe(error: unknown): FunctionError {
  return error instanceof Error
    ? { errorType: error.name, errorMessage: error.message }
    : { errorType: typeof error, errorMessage: String(error) };
}

function load(): Handler {
  const [file = "", name = ""] = (process.env._HANDLER ?? "").split(/\.(?=[^.]*$)/);
  const module: Record<string, unknown> = require(join(process.env.LAMBDA_TASK_ROOT ?? ".", file));
  const handler = module[name];
  if (typeof handler !== "function") throw new Error(`${process.env._HANDLER} is no function`);
  return handler as Handler;
}

async function invoke(
  handler: Handler,
  { requestId, payload, deadline, functionArn }: Invoke,
): Promise<void> {
  const context = {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: "$LATEST",
    invokedFunctionArn: functionArn,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  let result: Pick<Done, "payload"> | Pick<Done, "error">;
  try {
    const answer: unknown = await handler(JSON.parse(payload), context);
    result = { payload: JSON.stringify(answer) ?? "null" };
  } catch (error) {
    result = { error: describe(error) };
  }
  send({ kind: "done", memoryInBytes: process.memoryUsage.rss(), ...result });
}

try {
  const handler = load();
  process.on("message", (message) => void invoke(handler, message as Invoke));
  send({ kind: "ready" });
} catch (error) {
  send({ kind: "ready", error: describe(error) });
  process.disconnect();
}
// The parent is gone: nobody is left to answer.
process.on("disconnect", () => process.exit());
