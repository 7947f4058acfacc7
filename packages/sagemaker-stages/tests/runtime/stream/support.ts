import * as z from "zod/mini";
import type { Contract, StreamDialect } from "../../../src/runtime/contract";
import type { HandlerParts } from "../../../src/runtime/parts";
import { EVERY_PART } from "../../../src/runtime/parts";
import { createStreamingHandlerWith, type StreamingOptions } from "../../../src/runtime/stream/handler";
import type { StreamingFunction } from "../../../src/runtime/stream/response-stream";
import type { EndpointServer } from "../../../src/testing/endpoint-server";
import { restHttpEvent } from "../../../src/testing/events";
import { RECORDED_LAMBDA } from "../../../src/testing/response-stream";
import { environmentOf } from "../support/handler";

const schema = z.strictObject({ prompt: z.string(), stream: z.optional(z.boolean()) });

/** A request to a model that generates text. */
export type Prompt = z.infer<typeof schema>;

/** A model that generates text. */
export function storyContract(
  stream: StreamDialect<Prompt>,
  further: Partial<Contract<Prompt, string>> = {},
): Contract<Prompt, string> {
  return {
    model: "story",
    route: { method: "POST", path: "/story" },
    schema,
    limits: { rows: 1, payloadInBytes: 1_000 },
    stream,
    encode: ({ prompt }, { accept }) => ({ contentType: "text/plain", accept, body: prompt, rows: 1 }),
    decode: (body) => body,
    ...further,
  };
}

/** A streaming handler, like Lambda's init phase. */
export function streamingHandler(
  contract: Contract<Prompt, string>,
  endpoint: Pick<EndpointServer, "url">,
  environment: NodeJS.ProcessEnv = {},
  options: StreamingOptions = {},
  parts: HandlerParts = EVERY_PART,
): StreamingFunction {
  return createStreamingHandlerWith(
    parts,
    contract,
    { ...environmentOf(endpoint), ...environment },
    { lambda: RECORDED_LAMBDA, ...options },
  );
}

/** API Gateway's event of a request. */
export function eventOf(request: unknown): unknown {
  return restHttpEvent({ method: "POST", path: "/story" }, { body: JSON.stringify(request) });
}

/** Waits until `holds` is true. @throws Error after 4 seconds */
export async function eventually(holds: () => boolean): Promise<void> {
  const end = performance.now() + 4_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error("the condition did not become true");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
