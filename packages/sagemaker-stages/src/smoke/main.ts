import type { Environment, ParsedEnvironment } from "../environment/environment";
import { UsageError } from "../lib/arguments";
import type { Models } from "../models";
import type { Arguments } from "./arguments";
import { checksOf, modelsWithTokens, needsApiKey, needsCredentials, pageOriginOf } from "./checks";
import { findApiKey, findCredentials, findTokens, tokenVariable } from "./credentials";
import { findCustomerKeys } from "./customer-keys";
import { SmokeTestError } from "./errors";
import { forgeTokens } from "./forged-token";
import { parsedEnvironment } from "./parsed-environment";
import { Progress } from "./progress";
import { runCheck } from "./retry";
import { findSignIn, signInChecks } from "./sign-in";
import { readStackOutputs, type StackOutputs } from "./stack-outputs";
import { table } from "./table";

const print = (text: string) => process.stdout.write(text);

/** The parts of an app that the smoke test reads. */
export interface SmokeTestedApp {
  readonly models: Models;
  readonly environments: readonly Environment[];
}

/**
 * Smoke-tests a deployed environment, and prints the results.
 *
 * @returns the exit status: 0 if every answer is as expected, 1 otherwise
 * @throws UserError if no request can be sent
 */
export async function smokeTest(
  { models, environments }: SmokeTestedApp,
  { environment: name, url, functionUrls, outputsFile, waitInSeconds }: Arguments,
): Promise<number> {
  const environment = parsedEnvironment(environments, name);
  const withUrl = modelsWithFunctionUrl(environment);
  const unexpected = [...functionUrls.keys()].find((model) => !withUrl.includes(model));
  if (unexpected !== undefined) {
    throw new UsageError(
      `--function-url: got the model ${unexpected}; allowed: ${withUrl.join(", ") || `none, because ${name} has no function URL`}`,
    );
  }
  const outputs: StackOutputs =
    url === undefined ? readStackOutputs(environment, outputsFile) : { stageUrl: url, functionUrls };
  const unknown = withUrl.filter((model) => !outputs.functionUrls.has(model));
  if (url === undefined && unknown.length > 0) {
    throw new SmokeTestError(
      `${name} has no output for the function URL of ${unknown.join(", ")}. Deploy the environment again: npx cdktf deploy ${name}`,
    );
  }
  const tokens = await findTokens(
    new Map(modelsWithTokens(environment).map((model) => [model, models[model]?.route.path ?? ""])),
    outputs,
  );
  const signIn = await findSignIn(environment, outputs);
  const credentials = {
    aws: needsCredentials(environment) ? await findCredentials(environment, outputs) : undefined,
    apiKey: needsApiKey(environment) ? await findApiKey(environment, outputs) : undefined,
    customerKeys: await findCustomerKeys(environment, outputs),
    tokens,
    forgedTokens: await forgeTokens(environment, tokens, outputs, signIn),
  };

  const progress = new Progress(waitInSeconds, process.stderr);
  const start = performance.now();
  const results = await Promise.all(
    [
      ...checksOf(environment, outputs, credentials, models),
      ...(signIn === undefined ? [] : signInChecks(signIn)),
    ].map(async (check) => {
      const result = await runCheck(check, start, waitInSeconds * 1000, (waiting, reason) =>
        progress.wait(waiting, reason),
      );
      progress.done(check);
      return result;
    }),
  );
  progress.end();

  const asExpected = results.filter(({ passed }) => passed).length;
  print(`${table(results)}\n\n${name}: ${asExpected} of ${results.length} as expected\n`);
  for (const model of unknown) {
    print(`Not called: ${model}'s function URL (--function-url ${model}=<URL>)\n`);
  }
  if (environment.website !== undefined && pageOriginOf(environment, outputs) === undefined) {
    print(
      `Not called: ${environment.website.signIn === undefined ? "" : "the sign-in, and "}the routes from the page's origin, which only the outputs of the stack contain (without --url)\n`,
    );
  }
  for (const model of modelsWithTokens(environment).filter((one) => !credentials.tokens.has(one))) {
    print(
      `Not called with a token: ${model}'s route (${tokenVariable(model)} or SMOKE_TOKEN). The table shows its answers without a valid token only.\n`,
    );
  }
  return asExpected === results.length ? 0 : 1;
}

function modelsWithFunctionUrl({ models }: ParsedEnvironment): string[] {
  return Object.entries(models).flatMap(([model, { functionUrl }]) =>
    functionUrl === undefined ? [] : [model],
  );
}
