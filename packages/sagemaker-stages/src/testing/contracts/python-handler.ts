import { isDeepStrictEqual } from "node:util";
import { inWords, type Report } from "../../environment/report";
import type { Container } from "../../local/sagemaker/container";
import type { PythonModel } from "../../python-model";
import { EndpointServer } from "../endpoint-server";
import { restEvent } from "../events";
import { handlerEnvironment, readAnswer } from "../handler";
import { invokePackage } from "../package-process";
import { PythonMissing, reportMissingPython } from "../python/invoke-python";
import { answersOf, missingSample } from "../sample-endpoint";
import { formOf } from "./form-of";

/**
 * The handler answers the example with the sample in place of the endpoint: with status 200, and an answer of the form of
 * the example's answer. A machine without Python cannot run the handler, and a model without a sample has no answer for the
 * handler: standard error says so.
 *
 * @throws PythonMissing in a CI without Python or boto3
 */
export async function checkPythonHandler(
  model: PythonModel,
  sample: Container | undefined,
  report: Report,
): Promise<void> {
  if (sample === undefined) {
    process.stderr.write(
      `Not run: functions/${model.model}/handler.py, because ${missingSample(model.model)}. Its answer to example.request was not compared with example.answer.\n`,
    );
    return;
  }
  const endpoint = await EndpointServer.start();
  endpoint.willAlwaysAnswer(answersOf(sample));
  try {
    const answer = await invokePackage(model.model, restEvent(model, model.example.request), {
      environment: { CORS_ALLOW_ORIGIN: "*", ...handlerEnvironment(endpoint) },
      allowedHost: endpoint.host,
    });
    checkAnswer(answer, model, report);
  } catch (error) {
    if (error instanceof PythonMissing) reportMissingPython(error);
    else
      report.require(false, "handler.py", inWords(inOneLine(error)), "an answer to example.request", SOURCE);
  } finally {
    await endpoint.close();
  }
}

function inOneLine(error: unknown): string {
  return String(error).replace(/\s*\n\s*/g, " ");
}

const SOURCE = "the handler is run with the model's sample in place of the endpoint";

function checkAnswer(answer: unknown, { example }: PythonModel, report: Report): void {
  // A handler may leave the headers out.
  const { status, body } = readAnswer({ headers: {}, ...(answer instanceof Object ? answer : {}) });
  report.require(
    status === 200,
    "handler.py",
    inWords(`status ${status}: ${JSON.stringify(body)}`),
    "status 200 for example.request",
    SOURCE,
  );
  if (status !== 200) return;
  const [form, expected] = [formOf(body), formOf(example.answer)];
  report.require(
    isDeepStrictEqual(form, expected),
    "example.answer",
    inWords(`an answer of the form ${JSON.stringify(expected)}`),
    JSON.stringify(form),
    SOURCE,
  );
}
