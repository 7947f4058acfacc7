import { join } from "node:path";
import { toLoadFailure } from "../lib/load-failure";
import { readTypeScript } from "../lib/typescript";
import type { Container } from "./sagemaker/container";

/** The part of a model with a ready-made contract that this module reads. */
interface ReadyMadeModel {
  readonly readyMade?:
    | {
        /** The container's answer from which the contract makes the answer of its example. */
        answerExample(sent: string): { readonly contentType: string; readonly body: string | Uint8Array };
      }
    | undefined;
}

const CATALOG = "functions/index.ts";

/**
 * Stand-ins for the containers of the models of the app in a folder, see {@link exampleStandIns}.
 *
 * @param folder - the app's folder; `functions/index.ts` is read again with each call
 * @throws LoadFailure if `functions/index.ts` cannot be loaded
 */
export function loadExampleStandIns(folder: string): Map<string, Container> {
  return exampleStandIns(loadCatalog(folder));
}

/**
 * Stand-ins for the containers of models with ready-made contracts, by the name of the model. Each stand-in answers
 * every request in its container's protocol, so that the caller receives the answer of the contract's example. The
 * description of the stand-in states that the answer is not a prediction.
 *
 * @param models - the models of an app by their names
 */
export function exampleStandIns(models: Readonly<Record<string, ReadyMadeModel>>): Map<string, Container> {
  return new Map(
    Object.entries(models).flatMap(([model, { readyMade }]): [string, Container][] =>
      readyMade === undefined ? [] : [[model, exampleStandIn(model, readyMade)]],
    ),
  );
}

function loadCatalog(folder: string): Readonly<Record<string, ReadyMadeModel>> {
  void readTypeScript("require");
  const file = require.resolve(join(folder, CATALOG));
  delete require.cache[file];
  try {
    const { models = {} }: { readonly models?: Readonly<Record<string, ReadyMadeModel>> } = require(file);
    return models;
  } catch (error) {
    throw toLoadFailure(error) ?? error;
  }
}

function exampleStandIn(
  model: string,
  { answerExample }: NonNullable<ReadyMadeModel["readyMade"]>,
): Container {
  const remedy = `Add functions/${model}/sample/index.ts, or start with --container ${model}=<url>.`;
  return {
    description: `EXAMPLE STAND-IN, no model: answers every request with the answer of the example. ${remedy}`,
    caveat: `the example stand-in returned the answer of the example, because ${model} has no sample and no container. ${remedy}`,
    invoke: async ({ body }) => {
      const answer = answerExample(body.toString());
      return { status: 200, contentType: answer.contentType, body: Buffer.from(answer.body) };
    },
  };
}
