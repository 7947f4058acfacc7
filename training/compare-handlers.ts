import { isDeepStrictEqual } from "node:util";
import { createHandler } from "sagemaker-stages/model";
import {
  answersOf,
  captureLog,
  EndpointServer,
  handlerEnvironment,
  invokePython,
  lambdaContext,
  samplesOfApp,
} from "sagemaker-stages/testing";

/** The contract of a model, for its handler in TypeScript. */
type HandledContract = Parameters<typeof createHandler>[0];

/** The result of a comparison of two handlers of a model. */
export interface HandlerComparison {
  /** The number of requests that both handlers answered. */
  readonly compared: number;
  /** The number of requests that both handlers answered with status 200. */
  readonly accepted: number;
  /** The number of answers that are equal to the bit. */
  readonly identical: number;
  /** The first requests with different answers. */
  readonly differences: readonly {
    readonly event: unknown;
    readonly typescript: unknown;
    readonly python: unknown;
  }[];
}

/** A contract, and a handler in Python for the same model. */
export interface ComparedHandlers {
  readonly contract: HandledContract;
  /** The folder with `handler.py`, from the app's folder. */
  readonly folder: string;
  /** See `PythonInvocation` of sagemaker-stages/testing. @default - none */
  readonly files?: Readonly<Record<string, string>>;
  /** Whether two different bodies of answers are both correct. @default never */
  agree?(typescript: unknown, python: unknown): boolean;
}

const MAX_DIFFERENCES = 5;

/**
 * Sends the same events to the handler of a contract and to a handler in Python. The model's sample answers both, through
 * HTTP.
 *
 * @throws PythonMissing if this machine has no Python with boto3
 */
export async function compareHandlers(
  { contract, folder, files = {}, agree = () => false }: ComparedHandlers,
  events: readonly unknown[],
): Promise<HandlerComparison> {
  const sample = samplesOfApp().get(contract.model);
  if (sample === undefined)
    throw new Error(`${contract.model}: got no sample; allowed: a model with sample/`);
  const endpoint = await EndpointServer.start();
  endpoint.willAlwaysAnswer(answersOf(sample));
  try {
    const environment = handlerEnvironment(endpoint);
    const { results } = await invokePython(folder, events, {
      environment: { ...environment },
      allowedHost: endpoint.host,
      files,
    });
    const typescript = await answersOfContract(contract, events, environment);
    const python = events.map((_, index) => readResult(results[index]?.answer ?? results[index]?.error));
    const pairs = events.map((event, index) => ({
      event,
      typescript: typescript[index],
      python: python[index],
    }));
    const isIdentical = (pair: Pair) => isDeepStrictEqual(pair.typescript, pair.python);
    return {
      compared: pairs.length,
      accepted: pairs.filter(
        ({ typescript: one, python: other }) => statusOf(one) === 200 && statusOf(other) === 200,
      ).length,
      identical: pairs.filter(isIdentical).length,
      differences: pairs
        .filter((pair) => !isIdentical(pair) && !agree(pair.typescript, pair.python))
        .slice(0, MAX_DIFFERENCES),
    };
  } finally {
    await endpoint.close();
  }
}

async function answersOfContract(
  contract: HandledContract,
  events: readonly unknown[],
  environment: NodeJS.ProcessEnv,
): Promise<unknown[]> {
  const log = captureLog();
  try {
    const handler = createHandler(contract, { ...environment });
    const answers: unknown[] = [];
    for (const event of events) answers.push(readResult(await handler(event, lambdaContext())));
    return answers;
  } finally {
    log.stop();
  }
}

type Pair = HandlerComparison["differences"][number];

function statusOf(result: unknown): unknown {
  return result instanceof Object && "status" in result ? result.status : undefined;
}

/** Status, media type and body. The text of an error is not compared, because the handlers phrase errors differently. */
function readResult(answer: unknown): unknown {
  if (
    !(answer instanceof Object) ||
    !("statusCode" in answer) ||
    !("headers" in answer) ||
    !("body" in answer)
  )
    return answer;
  const { statusCode: status, headers, body } = answer;
  const mediaType = Object.entries(headers ?? {})
    .filter(([name]) => name.toLowerCase() === "content-type")
    .map(([, value]) => String(value).split(";")[0]);
  if (status !== 200) return { status, mediaType };
  return { status, mediaType, body: mediaType[0] === "application/json" ? JSON.parse(String(body)) : body };
}
