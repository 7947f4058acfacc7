import type { RoutedModel } from "../../models";
import { isViaGateway, type ModelSettings } from "../model-settings";
import { inWords, type Report } from "../report";
import { type EndpointTarget, targetOf } from "../settings/targets";

/** Settings of a function, which a route via API Gateway does not have. */
const OF_FUNCTIONS = [
  "function",
  "functionUrl",
  "existingFunction",
  "existingFunctionRole",
  "sagemakerEnvironmentVariableName",
] as const;

/** `type/subtype`, with parameters; a literal in the API's document stands in single quotes. */
const MEDIA_TYPE = /^[\w.+*-]+\/[\w.+*-]+(?: *; *[\w.-]+=[\w.-]+)*$/;

const MAPPING =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html";
const BINARY =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html";
const HEADERS =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping.html";

/**
 * Rules of `via: "gateway"`: no setting of a function beside it, and a contract that API Gateway can serve.
 *
 * @param model - the model; `undefined` where the app has no such model, which is a fault of its own
 * @param report - below the model's name
 */
export function checkVia(settings: ModelSettings, model: RoutedModel | undefined, report: Report): void {
  if (!isViaGateway(settings)) return;
  const given = OF_FUNCTIONS.filter((name) => Object.hasOwn(settings, name));
  report.require(
    given.length === 0,
    "via",
    inWords(`"gateway" beside ${given.join(", ")}`),
    `"lambda", or "gateway" without ${given.join(", ")}`,
    "API Gateway invokes the endpoint itself, and no function exists for the route",
  );
  checkTarget(targetOf(settings), report);
  if (model !== undefined) checkContract(model, report);
}

function checkTarget({ targetModel = "", targetModels }: EndpointTarget, report: Report): void {
  report.require(
    targetModels === undefined,
    "via",
    inWords('"gateway" beside targetModels'),
    '"lambda", or "gateway" with targetModel or without both',
    "the contract chooses from targetModels, and API Gateway runs no contract",
  );
  report.require(
    !targetModel.includes("'"),
    "targetModel",
    targetModel,
    'a model without a single quote, or via: "lambda"',
    `the API's document holds the value as a literal in single quotes: ${HEADERS}`,
  );
}

function checkContract(model: RoutedModel, report: Report): void {
  const { route, passThrough, answerTypes = [], callerHeaders = [], answerHeaders = [] } = model;
  const refuse = (holds: boolean, got: string, allowed: string, because: string): void =>
    report.require(
      holds,
      "via",
      inWords(`"gateway" with a contract ${got}`),
      `"lambda", or a contract ${allowed}`,
      because,
    );
  refuse(
    passThrough !== undefined,
    "without passThrough",
    "with passThrough, e.g. of the ready-made contract passThrough()",
    "API Gateway runs no encode() and no decode(): it sends the body of the request to the endpoint as it stands",
  );
  for (const member of ["accept", "contentType"] as const) {
    const type = passThrough?.[member];
    refuse(
      type === undefined || MEDIA_TYPE.test(type),
      `whose passThrough.${member} is ${JSON.stringify(type)}`,
      "with a media type, e.g. application/json",
      `the API's document holds the value as a literal: ${HEADERS}`,
    );
  }
  refuse(
    route.method === "POST",
    `whose route is ${route.method} ${route.path}`,
    "whose route is a POST",
    `a GET has no body that the endpoint could receive: ${MAPPING}`,
  );
  refuse(
    answerTypes.length === 0,
    `whose answerTypes are ${answerTypes.join(", ")}`,
    "without answerTypes",
    `API Gateway chooses between bytes and text by the first media type of the caller's Accept alone: ${BINARY}`,
  );
  refuse(
    callerHeaders.length === 0,
    `that reads the caller's headers ${callerHeaders.join(", ")}`,
    "without callerHeaders",
    `API Gateway sends the endpoint no header of the caller but the Content-Type: ${HEADERS}`,
  );
  refuse(
    answerHeaders.length === 0,
    `that sets the headers ${answerHeaders.join(", ")} of the answer`,
    "without answerHeaders",
    `no decode() runs that could set them: ${HEADERS}`,
  );
}
