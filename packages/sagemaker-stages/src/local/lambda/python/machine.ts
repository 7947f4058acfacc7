import { spawnSync } from "node:child_process";

/** Python on this machine, with the AWS SDK that Lambda's runtime has. */
export interface Python {
  /** The absolute path of the interpreter. */
  readonly executable: string;
  /** The version of Python, e.g. `3.13.0`. */
  readonly version: string;
  /** The version of boto3. */
  readonly boto3: string;
}

/** The missing software for a handler in Python, with installation instructions. */
export interface MissingPython {
  readonly missing: string;
}

/** The first version of Python with `sys.stdlib_module_names`. The list serves to hide packages of this machine. */
const MIN_VERSION = [3, 10] as const;

const DETECTION = `
import json, sys
try:
    import boto3
    version = boto3.__version__
except ImportError:
    version = None
print(json.dumps({"executable": sys.executable, "version": "%d.%d.%d" % sys.version_info[:3], "boto3": version}))
`;

/** The time-out of the search for Python: sufficient for a slow disk and a busy machine. */
const DETECTION_TIMEOUT_IN_MS = 30_000;

const found = new Map<string, Python>();

/**
 * Finds Python for a runtime: the interpreter of the runtime's version if it is installed with boto3, otherwise
 * `python3`. A failed search is repeated by the next call.
 *
 * @param runtime - e.g. `python3.13`
 */
export function findPython(runtime: string): Python | MissingPython {
  const known = found.get(runtime);
  if (known !== undefined) return known;
  const python = detect(runtime);
  if (!("missing" in python)) found.set(runtime, python);
  return python;
}

/** Whether a runtime of Lambda is Python. */
export function isPythonRuntime(runtime: string): boolean {
  return /^python\d/.test(runtime);
}

function detect(runtime: string): Python | MissingPython {
  const installed = [runtime, "python3"].flatMap((command) => {
    const { status, stdout } = spawnSync(command, ["-c", DETECTION], {
      encoding: "utf8",
      timeout: DETECTION_TIMEOUT_IN_MS,
    });
    return status === 0 ? [JSON.parse(stdout) as Python & { readonly boto3: string | null }] : [];
  });
  const [first] = installed;
  if (first === undefined) {
    return {
      missing: `python3 is missing. Install Python (https://www.python.org/downloads/), then: ${INSTALL_BOTO3}`,
    };
  }
  const current = installed.filter(({ version }) => isCurrent(version));
  if (current.length === 0) {
    return {
      missing: `python3 is Python ${first.version}. Install Python ${MIN_VERSION.join(".")} or newer`,
    };
  }
  const complete = current.find(({ boto3 }) => boto3 !== null);
  if (complete === undefined) {
    return { missing: `boto3 is missing for Python ${first.version}. Install it: ${INSTALL_BOTO3}` };
  }
  return complete;
}

const INSTALL_BOTO3 = "python3 -m pip install boto3";

function isCurrent(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > MIN_VERSION[0] || (major === MIN_VERSION[0] && minor >= MIN_VERSION[1]);
}
