import { isDeepStrictEqual } from "node:util";
import { type FaultCollector, raw } from "../../environment/fault-collector";
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
 * Checks the handler's answer to the example, with the sample in place of the endpoint: the status is 200, and the
 * answer has the form of the example's answer. If the machine has no Python, or the model has no sample, the handler is
 * not run, and standard error reports this.
 *
 * @throws PythonMissing in CI without Python or boto3
 */
export async function checkPythonHandler(
  model: PythonModel,
  sample: Container | undefined,
  collector: FaultCollector,
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
    checkAnswer(answer, model, collector);
  } catch (error) {
    if (error instanceof PythonMissing) reportMissingPython(error);
    else
      collector.require(false, "handler.py", raw(inOneLine(error)), "an answer to example.request", SOURCE);
  } finally {
    await endpoint.close();
  }
}

function inOneLine(error: unknown): string {
  return String(error).replace(/\s*\n\s*/g, " ");
}

const SOURCE = "the handler runs with the model's sample in place of the endpoint";

function checkAnswer(answer: unknown, { example }: PythonModel, collector: FaultCollector): void {
  // A handler can omit the headers.
  const { status, body } = readAnswer({ headers: {}, ...(answer instanceof Object ? answer : {}) });
  collector.require(
    status === 200,
    "handler.py",
    raw(`status ${status}: ${JSON.stringify(body)}`),
    "status 200 for example.request",
    SOURCE,
  );
  if (status !== 200) return;
  const [form, expected] = [formOf(body), formOf(example.answer)];
  collector.require(
    isDeepStrictEqual(form, expected),
    "example.answer",
    raw(`an answer of the form ${JSON.stringify(expected)}`),
    JSON.stringify(form),
    SOURCE,
  );
}
