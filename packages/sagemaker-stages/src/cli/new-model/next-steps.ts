import { type Environment, namePrefix } from "../../environment/environment";
import { isObject } from "../../lib/json";
import { DEFAULT_PORT } from "../../local/arguments";
import { curl, curlOfFile } from "../../local/banner";
import type { Model } from "../../models";
import { documentPath } from "../../paths";
import { CATALOG, type Edit } from "./edits";
import { filesOf, type NewModel, requestOf } from "./kinds";

/** The environment that `npm start` serves by default. */
const DEFAULT_ENVIRONMENT = "dev";

/** The text to print: the written files, a request to the model on this machine, and the files to edit next. */
export function describeModel(added: NewModel, model: Model, edits: readonly Edit[]): string {
  const { name, kind, contract, environments } = added;
  const isReadyMade = "call" in contract;
  const entry = isReadyMade ? "the model's line, a ready-made contract" : "the model's import and entry";
  const changed = edits.map(({ path }): [string, string] => [
    path,
    path === CATALOG ? entry : "the model's settings",
  ]);
  const [environment] = environments;
  return `${name} takes ${requestOf(added)}.

Written:
${table([...(isReadyMade ? [] : newFiles(added)), ...changed])}
${environment === undefined ? "" : describeCall(added, model, environment)}
Edit next:
${table([
  firstEdit(added),
  ...changed
    .filter(([path]) => path !== CATALOG)
    .map(([path]): [string, string] => [
      path,
      `${added.task === undefined ? "artifact (the address is a placeholder)" : "HF_MODEL_ID and HF_MODEL_REVISION (placeholders: npm start accepts them, npm test and cdktf synth refuse them)"}, image, serverless, and access (now: signed requests)`,
    ]),
  [
    `functions/${name}/README.md`,
    `${isReadyMade ? "optional: the model card, " : ""}what the model predicts, its data, its evaluation, its limits`,
  ],
  [
    `functions/${name}/sample/index.ts`,
    `optional: a sample model for the local stage, with sagemaker-stages/sample${kind === "python" ? "; without it, npm test does not compare the handler's answer with route.json" : ""}`,
  ],
])}

Check: npm test, npm run check, npx cdktf synth. npm test records the resources and permissions of the model in
__tests__/__snapshots__: review and commit the record.
`;
}

/** The files with the model's contract or handler, and the parts to edit in these files. */
function firstEdit({ name, contract }: NewModel): [string, string] {
  if ("call" in contract) {
    return [CATALOG, `the options of the contract, and the example: ${documentPath("contracts.md")}`];
  }
  if (contract.template === "python") {
    return [
      `functions/${name}/handler.py, route.json, tests/test_handler.py`,
      `the handler, the route with its example, and the tests of the template's handler: ${documentPath("python.md")}`,
    ];
  }
  return [
    `functions/${name}/contract.ts`,
    "the request, the request to the endpoint, the answer, the texts and the example",
  ];
}

/** The written files of the model's folder. @param lines - the lines to add by hand */
export function describeFolder(added: NewModel, lines: string): string {
  return `Written:
${table(newFiles(added))}

The app does not load until ${CATALOG} names the model. Add these lines:

${lines}
`;
}

function newFiles({ name, kind }: NewModel): [string, string][] {
  return Object.entries(filesOf(kind)).map(([file, what]) => [`functions/${name}/${file}`, what]);
}

function describeCall({ name, contract }: NewModel, model: Model, environment: Environment): string {
  const words = environment.name === DEFAULT_ENVIRONMENT ? "" : ` -- ${environment.name}`;
  const [fileType] = model.bytes?.takes ?? [];
  const answer = "call" in contract ? "the example's answer" : "the encoded request as its answer";
  return `
Call the model on this machine: ${`npm start${words}`}, and in another terminal${fileType === undefined ? "" : ", with your file in place of FILE"}:
  ${fileType === undefined ? curlOfExample(model, environment) : curlOfFile(...placeOf(environment), methodOf(model), fileType)}
Every request gets ${answer}. For answers of a model, add functions/${name}/sample/index.ts, or
start the local stage with --container ${name}=<url>.
`;
}

function curlOfExample(model: Model, environment: Environment): string {
  const { request } = model.example;
  const isQuery = model.route.method === "GET";
  const parameters = isQuery && isObject(request) ? Object.entries(request) : [];
  return curl(...placeOf(environment), {
    ...methodOf(model),
    example: isQuery ? undefined : request,
    parameterExamples: parameters.map(([name, value]) => [name, String(value)] as const),
  });
}

/** The address and the environment of the local stage. */
function placeOf(environment: Environment) {
  const stage = { stageName: namePrefix(environment), apiKeys: [] };
  return [`http://127.0.0.1:${DEFAULT_PORT}`, environment, stage] as const;
}

function methodOf({ route }: Model) {
  return { httpMethod: route.method, path: route.path, authorization: "AWS_IAM" } as const;
}

/** Rows in two columns. */
function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`).join("\n");
}
