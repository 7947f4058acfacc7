import { samples } from "../../../functions/samples";
import type { Container } from "../../../packages/sagemaker-stages/src/local/sagemaker/container";
import type { EndpointRequest } from "../../../packages/sagemaker-stages/src/runtime/contract";

/** What a sample model answered, as text. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Sends a sample model what the function would send it. */
export async function ask(
  sample: string | Container,
  { contentType, accept = "*/*", body }: Pick<EndpointRequest, "contentType" | "body"> & { accept?: string },
): Promise<Answer> {
  const container = typeof sample === "string" ? samples.get(sample) : sample;
  if (container === undefined) throw new Error(`there is no sample model for ${sample}`);
  const answer = await container.invoke({ contentType, accept, body: Buffer.from(body) });
  return { ...answer, body: String(answer.body) };
}
