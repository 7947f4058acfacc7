import * as z from "zod";
import type { Environment, ParsedEnvironment } from "../environment/environment";
import { parseEnvironment } from "../environment/parse";
import { withoutUndefined } from "../environment/present";
import { UsageError } from "../lib/arguments";
import type { Models } from "../models";
import type { Arguments } from "./arguments";
import { findApiKey, findCredentials } from "./caller";
import { checksOf, needsApiKey, needsCredentials } from "./checks";
import { type Deployed, readDeployed } from "./deployed";
import { CannotAsk } from "./errors";
import { ask } from "./patience";
import { Progress } from "./progress";
import { table } from "./table";

const print = (text: string) => process.stdout.write(text);

/** What a smoke test reads of the app. */
export interface SmokeTestedApp {
  readonly models: Models;
  readonly environments: readonly Environment[];
}

/**
 * Smoke-tests a deployed environment, and prints the results.
 *
 * @returns the exit status: 0 where every answer is as expected, else 1
 * @throws UserError where no request can be sent
 */
export async function smokeTest(
  { models, environments }: SmokeTestedApp,
  { environment: name, url, functionUrls, waitInSeconds }: Arguments,
): Promise<number> {
  const environment = parsedEnvironment(environments, name);
  const withUrl = modelsWithFunctionUrl(environment);
  const stray = [...functionUrls.keys()].find((model) => !withUrl.includes(model));
  if (stray !== undefined) {
    throw new UsageError(
      `--function-url: got the model ${stray}; allowed: ${withUrl.join(", ") || `none, ${name} has no function URL`}`,
    );
  }
  const deployed: Deployed = url === undefined ? readDeployed(environment) : { stageUrl: url, functionUrls };
  const unknown = withUrl.filter((model) => !deployed.functionUrls.has(model));
  if (url === undefined && unknown.length > 0) {
    throw new CannotAsk(
      `${name} has no output for the function URL of ${unknown.join(", ")}: deploy it as it is here.`,
    );
  }
  const means = {
    credentials: needsCredentials(environment) ? await findCredentials(environment, deployed) : undefined,
    apiKey: needsApiKey(environment) ? await findApiKey(environment, deployed) : undefined,
  };

  const progress = new Progress(waitInSeconds, process.stderr);
  const start = performance.now();
  const results = await Promise.all(
    checksOf(environment, deployed, means, models).map(async (check) => {
      const result = await ask(check, start, waitInSeconds * 1000, (one, because) =>
        progress.wait(one, because),
      );
      progress.done(check);
      return result;
    }),
  );
  progress.end();

  const asExpected = results.filter(({ holds }) => holds).length;
  print(`${table(results)}\n\n${name}: ${asExpected} of ${results.length} as expected\n`);
  for (const model of unknown) {
    print(`Not asked: ${model}'s function URL (--function-url ${model}=<URL>)\n`);
  }
  return asExpected === results.length ? 0 : 1;
}

function parsedEnvironment(environments: readonly Environment[], name: string): ParsedEnvironment {
  const environment = environments.find((candidate) => candidate.name === name);
  if (environment === undefined) {
    const allowed = environments.map((candidate) => candidate.name).join(", ");
    throw new UsageError(`environment: got ${name}; allowed: ${allowed}`);
  }
  try {
    return parseEnvironment(withoutUndefined(environment));
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new CannotAsk(
      `The environment ${name} has faults: synthesize it (npx cdktf synth), which names what is allowed.\n${z.prettifyError(error)}`,
    );
  }
}

function modelsWithFunctionUrl({ models }: ParsedEnvironment): string[] {
  return Object.entries(models).flatMap(([model, { functionUrl }]) =>
    functionUrl === undefined ? [] : [model],
  );
}
