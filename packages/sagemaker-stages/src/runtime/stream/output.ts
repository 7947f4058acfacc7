import type { StreamConverter, StreamDialect } from "../contract";
import { NO_TEXT } from "../endpoint";
import { EndpointFailure, NO_STATS } from "../refusal";
import type { EventCutter } from "./server-sent-events";

/**
 * Converts the parts of an endpoint's answer for the caller: with the contract's converter, and for server-sent events into
 * whole events.
 *
 * @param cutter - for server-sent events
 * @throws EndpointFailure if the contract converts a text that is not UTF-8, UnreadablePredictions, and errors of `parts`
 */
export async function* toOutput<Request>(
  parts: AsyncIterable<Buffer>,
  { convert }: Pick<StreamDialect<Request>, "convert">,
  request: Request,
  cutter: EventCutter | undefined,
): AsyncGenerator<Buffer, void> {
  for await (const part of convert === undefined ? parts : converted(parts, convert(request))) {
    const whole = cutter === undefined ? part : cutter.push(part);
    if (whole.length > 0) yield whole;
  }
  const rest = cutter?.end();
  if (rest !== undefined && rest.length > 0) yield rest;
}

async function* converted(
  parts: AsyncIterable<Buffer>,
  converter: StreamConverter,
): AsyncGenerator<Buffer, void> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const decode = (part?: Buffer): string => {
    try {
      return decoder.decode(part, { stream: part !== undefined });
    } catch {
      throw new EndpointFailure(NO_TEXT, NO_STATS);
    }
  };
  for await (const part of parts) {
    const text = decode(part);
    // A part can consist of the first bytes of a character.
    if (text !== "") yield Buffer.from(converter.push(text));
  }
  decode();
  yield Buffer.from(converter.end());
}
