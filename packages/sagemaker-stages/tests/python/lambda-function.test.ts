import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { strToU8, type Zippable, zipSync } from "fflate";
import type { LocalFunction } from "../../src/local/lambda/function";
import type { FunctionDefinition } from "../../src/local/terraform/deployment";
import { eventually } from "../local/support/eventually";
import { answerOf, Lambda } from "../local/support/lambda";

const TIMEOUT_IN_MS = 30_000;

/** Functions in Python made from lines of code. */
class PythonLambda extends Lambda {
  /** The files beside the handler, of the functions that follow. */
  files: Readonly<Record<string, Uint8Array>> = {};

  override define(code: string, settings: Partial<FunctionDefinition> = {}): FunctionDefinition {
    const contents = Object.entries({ ...this.files, "handler.py": strToU8(code) });
    const files: Zippable = Object.fromEntries(
      contents.map(([file, content]) => [file, [content, { mtime: new Date(1980, 0, 1) }]]),
    );
    const zip = zipSync(files);
    const codeSha256 = createHash("sha256").update(zip).digest("base64");
    const zipFile = join(this.folder, `${Buffer.from(codeSha256, "base64").toString("hex")}.zip`);
    writeFileSync(zipFile, zip);
    const ofPython = { handler: "handler.lambda_handler", runtime: "python3.13", zipFile, codeSha256 };
    return { ...super.define("", settings), ...ofPython, ...settings };
  }
}

let lambda: PythonLambda;

beforeAll(() => {
  lambda = new PythonLambda();
});

afterAll(async () => {
  await lambda.close();
});

afterEach(() => {
  lambda.files = {};
});

async function outcomeOf(fn: LocalFunction, event: unknown = {}) {
  const result = await fn.invoke(JSON.stringify(event));
  return result;
}

describe("a function in Python", () => {
  it(
    "continues when Ctrl-C in the terminal reaches its process",
    async () => {
      // Prepare
      const fn = lambda.run(`
import os
def lambda_handler(event, context):
    return os.getpid()
`);
      const pid = Number(answerOf(await fn.invoke("{}")));
      const from = lambda.output.length;

      // Act
      process.kill(pid, "SIGINT");
      const after = answerOf(await fn.invoke("{}"));

      // Assess
      expect(after).toBe(pid);
      expect(lambda.output.slice(from)).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    { level: "", logged: false },
    { level: 'logging.getLogger("botocore").setLevel(logging.INFO)', logged: true },
  ])(
    "logs where boto3 finds credentials only when the handler lets botocore log: $logged",
    async ({ level, logged }) => {
      // Prepare
      const fn = lambda.run(`
import logging
import boto3
${level}
boto3.Session(region_name="us-east-1").client("sagemaker-runtime")
def lambda_handler(event, context):
    logging.getLogger().info("invoked %s", event)
`);
      const from = lambda.output.length;

      // Act
      await outcomeOf(fn, `botocore ${logged}`);

      // Assess: a line of the log can arrive after the answer
      await eventually("the line of the log", () =>
        lambda.output.slice(from).includes(`invoked botocore ${logged}`),
      );
      const output = lambda.output.slice(from);
      expect(output.includes("Found credentials")).toBe(logged);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "answers the next invocation after a streamed invocation",
    async () => {
      // Prepare
      const fn = lambda.run("def lambda_handler(event, context):\n    return event");

      // Act
      const streamed = await fn.stream('"first"');
      const text = streamed.ok ? (await streamed.body.toArray()).join("") : undefined;
      const next = await outcomeOf(fn, "second");

      // Assess
      expect(text).toBe('"first"');
      expect(next).toMatchObject({ ok: true, payload: '"second"' });
    },
    TIMEOUT_IN_MS,
  );

  it(
    "gets the event and Lambda's context, and returns its answer",
    async () => {
      // Prepare
      const fn = lambda.run(
        `
def lambda_handler(event, context):
    return {
        "event": event, "id": context.aws_request_id, "name": context.function_name, "arn": context.invoked_function_arn,
        "memory": context.memory_limit_in_mb, "left": context.get_remaining_time_in_millis(),
    }
`,
        { timeoutInSeconds: 7 },
      );

      // Act
      const result = await outcomeOf(fn, { text: "größer ✓ 😀" });

      // Assess
      expect(answerOf(result)).toEqual({
        event: { text: "größer ✓ 😀" },
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        name: "dev-test",
        arn: "arn:aws:lambda:us-east-1:123456789012:function:dev-test",
        memory: "256",
        left: expect.any(Number),
      });
      expect((answerOf(result) as { left: number }).left).toBeGreaterThan(5_000);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "has Lambda's variables and credentials only, and no file of the developer's settings",
    async () => {
      // Prepare
      process.env.SECRET_OF_THE_DEVELOPER = "not for functions";
      const fn = lambda.run(
        `
import os
def lambda_handler(event, context):
    return dict(os.environ)
`,
        { environment: { ENDPOINT_NAME: "dev-churn" } },
      );

      // Act
      const variables = answerOf(await outcomeOf(fn)) as Record<string, string>;
      delete process.env.SECRET_OF_THE_DEVELOPER;

      // Assess
      expect(variables).toMatchObject({
        AWS_DEFAULT_REGION: "us-east-1",
        AWS_EXECUTION_ENV: "AWS_Lambda_python3.13",
        AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: "http://127.0.0.1:9",
        AWS_CONFIG_FILE: "/dev/null",
        AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
        ENDPOINT_NAME: "dev-churn",
      });
      expect(Object.keys(variables)).not.toEqual(expect.arrayContaining(["SECRET_OF_THE_DEVELOPER"]));
      expect(variables.HOME).toBeUndefined();
    },
    TIMEOUT_IN_MS,
  );

  it(
    "fails as on Lambda when the handler raises an error: with type, message and the handler's frames",
    async () => {
      // Prepare
      const fn = lambda.run(`
class WrongRow(Exception):
    pass

def check(row):
    raise WrongRow("3 numbers, please")

def lambda_handler(event, context):
    check(event)
`);

      // Act
      const result = await outcomeOf(fn);

      // Assess
      expect(result).toEqual({
        ok: false,
        error: {
          errorType: "WrongRow",
          errorMessage: "3 numbers, please",
          stackTrace: [
            expect.stringContaining('File "handler.py", line 9, in lambda_handler'),
            expect.stringContaining('File "handler.py", line 6, in check'),
          ],
        },
      });
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    [
      "answers a value that JSON cannot contain",
      "return {1, 2}",
      "Runtime.MarshalError",
      /not JSON serializable/,
    ],
    ["answers a number that JSON lacks", 'return float("nan")', "Runtime.MarshalError", /JSON compliant/],
    ["ends its process", "import os; os._exit(3)", "Runtime.ExitError", /status 3/],
    ["calls sys.exit", "import sys; sys.exit(4)", "Runtime.ExitError", /status 4/],
    [
      "needs more memory than it has",
      "return len(bytearray(600 * 1024 * 1024))",
      "Runtime.ExitError",
      /out of memory/,
    ],
    ["takes longer than its timeout", "while True: pass", "Sandbox.Timedout", /after 1\.00 seconds/],
  ])(
    "fails as on Lambda when it %s, and answers the next invocation",
    async (_title, line, errorType, message) => {
      // Prepare
      const fn = lambda.run(
        `
def lambda_handler(event, context):
    if event.get("works"): return "works"
    ${line}
`,
        { timeoutInSeconds: 1 },
      );

      // Act
      const failed = await outcomeOf(fn);
      const next = await outcomeOf(fn, { works: true });

      // Assess
      expect(failed).toEqual({
        ok: false,
        error: expect.objectContaining({ errorType, errorMessage: expect.stringMatching(message) }),
      });
      expect(answerOf(next)).toBe("works");
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    ["imports a package of this machine that Lambda lacks", "import numpy", /No module named 'numpy'/],
    ["has no lambda_handler", "other = 1", /Handler 'lambda_handler' missing on module 'handler'/],
    ["has a syntax error", "def lambda_handler(event, context) return 1", /Syntax error in module 'handler'/],
  ])(
    "is not loaded when it %s",
    async (_title, code, message) => {
      // Prepare
      const fn = lambda.run(`${code}\n`);

      // Act
      const fault = await fn.warmUp();

      // Assess
      expect(fault?.errorMessage).toMatch(message);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "does not find a package of this machine that Lambda lacks, and raises nothing when it looks for the package",
    async () => {
      // Prepare
      const fn = lambda.run(`
import importlib.util
from importlib.metadata import version
def lambda_handler(event, context):
    found = {name: importlib.util.find_spec(name) is not None for name in ["numpy", "boto3", "json", "handler", "none"]}
    try:
        import numpy
    except ModuleNotFoundError as error:
        return {"found": found, "error": str(error), "boto3": version("boto3")}
`);

      // Act
      const result = await outcomeOf(fn);

      // Assess
      expect(answerOf(result)).toEqual({
        found: { numpy: false, boto3: true, json: true, handler: true, none: false },
        error: "No module named 'numpy'",
        boto3: expect.stringMatching(/^1\./),
      });
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    ["decimals", '[Decimal("1.50"), {"a": Decimal("1E+2")}, Decimal(7)]', '[1.50, {"a": 1E+2}, 7]'],
    ["a named tuple", "Point(1, [Point(2, 3)])", '{"x": 1, "y": [{"x": 2, "y": 3}]}'],
    ["bytes in an object", '{"body": "größer".encode()}', '{"body": "größer"}'],
    ["bytes", "b'{\"statusCode\":\\n200}'", '{"statusCode":\n200}'],
    ["a text that looks like a number", '["1.5", "NaN", 1.5, None, True]', '["1.5", "NaN", 1.5, null, true]'],
  ])(
    "answers %s as Lambda's runtime does",
    async (_title, answer, payload) => {
      // Prepare
      const fn = lambda.run(`
from collections import namedtuple
from decimal import Decimal
Point = namedtuple("Point", "x y")
def lambda_handler(event, context):
    return ${answer}
`);

      // Act
      const result = await outcomeOf(fn);

      // Assess
      expect(result).toEqual({ ok: true, payload });
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    ["python3.11", '"gr\\u00f6\\u00dfer"'],
    ["python3.13", '"größer"'],
  ])(
    "answers letters beyond ASCII as the runtime %s does",
    async (runtime, payload) => {
      // Prepare
      const fn = lambda.run("def lambda_handler(event, context): return 'größer'\n", { runtime });

      // Act
      const result = await outcomeOf(fn);

      // Assess
      expect(result).toEqual({ ok: true, payload });
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    ["opens a new file", 'open("new.txt", "w")'],
    ["opens a file of its package by an absolute path", 'open(__file__, "a")'],
    ["opens a file of the system interface", 'os.open("new.txt", os.O_CREAT | os.O_WRONLY)'],
    ["makes a folder", 'os.mkdir("new")'],
    ["removes a file of its package", "os.remove(__file__)"],
    ["renames a file of its package", 'os.rename("handler.py", "/tmp/moved.py")'],
    ["moves a file into its folder", "os.rename(temporary, 'moved')"],
    ["makes a symbolic link", 'os.symlink("/tmp", "link")'],
    ["changes the mode of a file of its package", 'os.chmod("handler.py", 0o777)'],
    ["writes through a symbolic link to its folder", 'open(os.path.join(link(), "new.txt"), "w")'],
  ])(
    "gets the error of a read-only file system when it %s",
    async (_title, statement) => {
      // Prepare
      const fn = lambda.run(`
import errno, os, tempfile
def link():
    path = os.path.join(tempfile.mkdtemp(), "link")
    os.symlink(os.getcwd(), path)
    return path

def lambda_handler(event, context):
    with tempfile.NamedTemporaryFile(delete=False) as file:
        temporary = file.name
    try:
        ${statement}
    except OSError as error:
        return [errno.errorcode[error.errno], sorted(os.listdir())]
    finally:
        os.remove(temporary)
`);

      // Act
      const result = await outcomeOf(fn);

      // Assess
      expect(answerOf(result)).toEqual(["EROFS", ["handler.py"]]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "reads its own files, writes to /tmp, and gets the system's own errors for missing files",
    async () => {
      // Prepare
      const fn = lambda.run(`
import os, tempfile
def error_of(act, *args):
    try:
        act(*args)
    except OSError as error:
        return type(error).__name__

def lambda_handler(event, context):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "new.txt"), "w") as file:
            file.write("new")
        os.rename(file.name, os.path.join(folder, "other.txt"))
    with open("handler.py") as file:
        first = file.read().strip().splitlines()[0]
    os.makedirs(os.getcwd(), exist_ok=True)
    return [first, error_of(os.remove, "none"), error_of(os.mkdir, "none/new"), error_of(open, "none/new", "w")]
`);

      // Act
      const result = await outcomeOf(fn);

      // Assess
      const missing = "FileNotFoundError";
      expect(answerOf(result)).toEqual(["import os, tempfile", missing, missing, missing]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "runs in several processes at the same time when several requests arrive",
    async () => {
      // Prepare
      const fn = lambda.run(`
import os, time
def lambda_handler(event, context):
    time.sleep(1.5)
    return os.getpid()
`);

      // Act
      const results = await Promise.all(Array.from({ length: 6 }, () => outcomeOf(fn)));

      // Assess
      expect(new Set(results.map(answerOf)).size).toBeGreaterThan(2);
    },
    TIMEOUT_IN_MS,
  );
});

describe("a package with compiled code", () => {
  const THIS_MACHINE = process.arch === "arm64" ? 183 : 62;
  const OTHER_MACHINE = process.arch === "arm64" ? 62 : 183;
  const HANDLER = `
try:
    import fastlib
    found = fastlib.SOURCE
except ImportError as error:
    found = str(error)
def lambda_handler(event, context):
    return found
`;

  /** The header of a compiled file of Linux. */
  function compiledFor(machine: number): Uint8Array {
    const header = Buffer.alloc(64);
    header.write("\x7fELF", "latin1");
    header.writeUInt16LE(machine, 18);
    return header;
  }

  /** A package that needs its compiled code, as NumPy does. */
  const NEEDS_CORE = "from . import _core\n";
  /** A package that also works without its compiled code, as PyYAML and MarkupSafe do. */
  const HAS_FALLBACK = `
try:
    from . import _core
    SOURCE = "the function"
except ImportError:
    SOURCE = "the fallback"
`;
  /** What pip installs beside a package. */
  const RECORD = { "fastlib-1.0.dist-info/METADATA": strToU8("Name: fastlib\n") };

  function packageWith(
    file: string,
    machine: number,
    code = 'SOURCE = "the function"\n',
  ): Readonly<Record<string, Uint8Array>> {
    return { "fastlib/__init__.py": strToU8(code), [`fastlib/${file}`]: compiledFor(machine) };
  }

  /** A folder of this machine with an installed package of the same name. */
  function installOnThisMachine(): string {
    const folder = join(lambda.folder, "site-packages");
    mkdirSync(join(folder, "fastlib"), { recursive: true });
    writeFileSync(join(folder, "fastlib/__init__.py"), 'SOURCE = "this machine"\n');
    return folder;
  }

  it.each([
    ["another processor", "_core.abi3.so", OTHER_MACHINE],
    ["another version of Python", "_core.cpython-39-linux-gnu.so", THIS_MACHINE],
  ])(
    "for %s runs with the package that is installed on this machine, and says so",
    async (_what, file, machine) => {
      // Prepare
      lambda.files = packageWith(file, machine);
      const from = lambda.output.length;

      // Act
      const fn = lambda.run(HANDLER, { environment: { PYTHONPATH: installOnThisMachine() } });
      const answer = answerOf(await fn.invoke("{}"));

      // Assess
      expect(answer).toBe("this machine");
      await eventually("the line of the log", () =>
        lambda.output
          .slice(from)
          .includes(
            "fastlib: this machine's package in place of the function's package, which is compiled for linux",
          ),
      );
    },
    TIMEOUT_IN_MS,
  );

  const TARGET =
    /fastlib in the function's package is compiled for linux on (arm64|x86_64)( with Python 3\.13)?, and this machine has \w+ on (arm64|x86_64) with Python 3\.\d+\. /
      .source;
  const INSTALL =
    /Install the package for this machine: \S+ -m pip install -r functions\/<model>\/requirements\.txt\. /
      .source;
  const BUILD =
    /Install the module's own source code for this machine: \S+ -m pip install <folder with its pyproject\.toml>\. /
      .source;

  it.each([
    ["another version of Python", "_core.cpython-313-linux-gnu.so", NEEDS_CORE, RECORD, INSTALL],
    ["another processor", "_core.abi3.so", NEEDS_CORE, RECORD, INSTALL],
    [
      "another processor, which ctypes loads,",
      "libcore.so",
      "import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), 'libcore.so'))\n",
      RECORD,
      INSTALL,
    ],
    ["another processor, which is the model's own,", "_core.abi3.so", NEEDS_CORE, {}, BUILD],
    [
      "another processor, whose distribution can have another name,",
      "_core.abi3.so",
      NEEDS_CORE,
      { "other-1.0.dist-info/METADATA": strToU8("Name: other\n") },
      `If requirements\\.txt contains the package: ${INSTALL}Otherwise: ${BUILD}`,
    ],
  ])(
    "for %s names the target, this machine and the installation when this machine lacks the package",
    async (_what, file, code, record, advice) => {
      // Prepare
      lambda.files = { ...packageWith(file, OTHER_MACHINE, code), ...record };

      // Act
      const handler = HANDLER.replace("ImportError", "(ImportError, OSError)");
      const answer = answerOf(await lambda.run(handler).invoke("{}"));

      // Assess
      expect(answer).toMatch(new RegExp(`${TARGET}${advice}The local stage`));
      expect(String(answer).split("is compiled for")).toHaveLength(2);
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    ["another processor", "_core.abi3.so", OTHER_MACHINE],
    ["another version of Python", "_core.cpython-39-linux-gnu.so", THIS_MACHINE],
  ])(
    "for %s runs without its compiled part when the package has a fallback",
    async (_what, file, machine) => {
      // Prepare
      lambda.files = packageWith(file, machine, HAS_FALLBACK);

      // Act
      const answer = answerOf(await lambda.run(HANDLER).invoke("{}"));

      // Assess
      expect(answer).toBe("the fallback");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "for another processor does not concern the other packages of its namespace",
    async () => {
      // Prepare
      const site = join(lambda.folder, "site-packages");
      mkdirSync(join(site, "shared/pure"), { recursive: true });
      writeFileSync(join(site, "shared/pure/__init__.py"), 'SOURCE = "this machine"\n');
      lambda.files = {
        "shared/_fast/_core.abi3.so": compiledFor(OTHER_MACHINE),
        "shared/pure/__init__.py": strToU8('SOURCE = "the function"\n'),
      };
      const handler = HANDLER.replaceAll("fastlib", "shared.pure");

      // Act
      const fn = lambda.run(handler, { environment: { PYTHONPATH: site } });
      const answer = answerOf(await fn.invoke("{}"));

      // Assess
      expect(answer).toBe("the function");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "for another processor does not explain the error of another package that is missing",
    async () => {
      // Prepare
      lambda.files = packageWith("_core.abi3.so", OTHER_MACHINE, "import missing_package\n");

      // Act
      const answer = answerOf(await lambda.run(HANDLER).invoke("{}"));

      // Assess
      expect(answer).toBe("No module named 'missing_package'");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "for this machine runs with its own code",
    async () => {
      // Prepare
      lambda.files = packageWith("_core.abi3.so", THIS_MACHINE);

      // Act
      const fn = lambda.run(HANDLER, { environment: { PYTHONPATH: installOnThisMachine() } });
      const answer = answerOf(await fn.invoke("{}"));

      // Assess
      expect(answer).toBe("the function");
    },
    TIMEOUT_IN_MS,
  );
});
