import { DEFAULT_PYTHON_RUNTIME, type PythonRuntime } from "../../../aws/lambda-runtimes";
import type { Architecture } from "./native-code";

/** Runtime and architecture of a handler in Python. */
export interface PythonTarget {
  /** @default "python3.13" */
  readonly runtime?: PythonRuntime | undefined;
  /** @default "arm64" */
  readonly architecture?: Architecture | undefined;
}

/** The names of Lambda's architectures for pip. */
const MACHINES: Readonly<Record<Architecture, string>> = { arm64: "aarch64", x86_64: "x86_64" };

/**
 * The names of Lambda's systems for pip (https://docs.aws.amazon.com/lambda/latest/dg/python-package.html#python-package-native-libraries),
 * without the architecture. pip compares the names as they are, so a command needs each name.
 */
const SYSTEM = "manylinux2014";

/**
 * The system of the runtimes with Amazon Linux 2023, whose glibc is 2.34
 * (https://docs.aws.amazon.com/linux/al2023/ug/core-glibc.html). NumPy since 2.3 has wheels only for this system:
 * without its name, pip finds no matching distribution, or installs an old version.
 */
const SYSTEM_OF_AL2023 = "manylinux_2_28";

/** The only runtime with Amazon Linux 2, whose glibc is 2.26 (https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html). */
const RUNTIME_OF_AL2: PythonRuntime = "python3.11";

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
  const systems = runtime === RUNTIME_OF_AL2 ? [SYSTEM] : [SYSTEM_OF_AL2023, SYSTEM];
  const platforms = systems.map((system) => `--platform ${system}_${MACHINES[architecture]}`).join(" ");
  return `pip install --target ${folder} ${platforms} --only-binary=:all: --python-version ${version} ${packages}`;
}
