import { type Environment, namePrefix } from "../../environment/environment";
import { isObject } from "../../lib/json";
import { DEFAULT_PORT } from "../../local/arguments";
import { curl } from "../../local/banner";
import type { Model } from "../../models";
import { CATALOG, type Edit } from "./edits";
import { KINDS, MODEL_FILES, type NewModel } from "./kinds";

/** The environment that `npm start` serves without a word on its command line. */
const DEFAULT_ENVIRONMENT = "dev";

/** What was written, how to call the model on this machine, and what to edit next. */
export function describeModel(added: NewModel, model: Model, edits: readonly Edit[]): string {
  const { name, kind, environments } = added;
  const changed = edits.map(({ path }): [string, string] => [
    path,
    path === CATALOG ? "the model's import and entry" : "the model's settings",
  ]);
  const [environment] = environments;
  return `${name} takes ${KINDS[kind].request}.

Written:
${table([...newFiles(name), ...changed])}
${environment === undefined ? "" : describeCall(name, model, environment)}
Edit next:
${table([
  [
    `functions/${name}/contract.ts`,
    "the request, what the endpoint receives, the answer, and the texts and the example",
  ],
  ...changed
    .filter(([path]) => path !== CATALOG)
    .map(([path]): [string, string] => [
      path,
      "artifact (the address is a placeholder), image, serverless, and access (now: signed requests)",
    ]),
  [`functions/${name}/README.md`, "what the model predicts, its data, its evaluation, its limits"],
  [
    `functions/${name}/sample/index.ts`,
    "optional: a sample model for the local stage, by sagemaker-stages/sample",
  ],
])}

Check: npm test, npm run check, npx cdktf synth. npm test records the resources and permissions of the model in
__tests__/__snapshots__: review and commit the record.
`;
}

/** What was written of a folder alone. @param lines - to add by hand */
export function describeFolder({ name }: NewModel, lines: string): string {
  return `Written:
${table(newFiles(name))}

The app does not load until ${CATALOG} names the model. Add these lines:

${lines}
`;
}

function newFiles(name: string): [string, string][] {
  return Object.entries(MODEL_FILES).map(([file, what]) => [`functions/${name}/${file}`, what]);
}

function describeCall(name: string, model: Model, environment: Environment): string {
  const words = environment.name === DEFAULT_ENVIRONMENT ? "" : ` -- ${environment.name}`;
  return `
Call the model on this machine: ${`npm start${words}`}, and in another terminal:
  ${curlOf(model, environment)}
An echo stand-in answers with the encoded request, until the model has functions/${name}/sample/index.ts or the stage is
started with --container ${name}=<url>.
`;
}

function curlOf({ route, example: { request } }: Model, environment: Environment): string {
  const isQuery = route.method === "GET";
  const parameters = isQuery && isObject(request) ? Object.entries(request) : [];
  return curl(
    `http://127.0.0.1:${DEFAULT_PORT}`,
    environment,
    { stageName: namePrefix(environment), apiKeys: [] },
    {
      path: route.path,
      authorization: "AWS_IAM",
      example: isQuery ? undefined : request,
      parameterExamples: parameters.map(([name, value]) => [name, String(value)] as const),
    },
  );
}

/** Two columns. */
function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`).join("\n");
}
