import { DEFAULT_PYTHON_RUNTIME, type PythonRuntime } from "../../../aws/lambda-runtimes";
import type { Architecture } from "./native-code";

/** Runtime and architecture of a handler in Python. */
export interface PythonTarget {
  /** @default "python3.13" */
  readonly runtime?: PythonRuntime | undefined;
  /** @default "arm64" */
  readonly architecture?: Architecture | undefined;
}

/** The names of Lambda's systems for pip (https://docs.aws.amazon.com/lambda/latest/dg/python-package.html#python-package-native-libraries). */
const PLATFORMS: Readonly<Record<Architecture, string>> = {
  arm64: "manylinux2014_aarch64",
  x86_64: "manylinux2014_x86_64",
};

/**
 * The command that installs packages into a model's folder, for the runtime and architecture of the function and not of
 * this machine.
 *
 * @param folder - the model's folder, e.g. `functions/churn`
 * @param packages - the last arguments of the command: a requirement in quotes, or `-r <file>`
 */
export function pipCommand(
  folder: string,
  packages: string,
  { runtime = DEFAULT_PYTHON_RUNTIME, architecture = "arm64" }: PythonTarget = {},
): string {
  const version = runtime.replace("python", "");
  return `pip install --target ${folder} --platform ${PLATFORMS[architecture]} --only-binary=:all: --python-version ${version} ${packages}`;
}
