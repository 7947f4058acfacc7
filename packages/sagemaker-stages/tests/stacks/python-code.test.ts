import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { unzipSync } from "fflate";
import {
  checkPythonFolder,
  requirePythonTarget,
  zipPython,
} from "../../src/constructs/function/python/package";
import type { Fault } from "../../src/environment/fault-collector";
import { FaultCollector } from "../../src/environment/fault-collector";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";

const HANDLER = "def lambda_handler(event, context):\n    return 1\n";

let app: string;
let before: string;

beforeEach(() => {
  before = process.cwd();
  app = makeTempFolder();
  process.chdir(app);
  write("handler.py", HANDLER);
});

afterEach(() => {
  process.chdir(before);
  removeFolder(app);
});

function write(path: string, content: string | Uint8Array, folder = "functions/churn"): void {
  const file = join(app, folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function faultsOf(folder = "functions/churn"): Fault[] {
  const faults: Fault[] = [];
  checkPythonFolder(join(app, folder), new FaultCollector(folder, faults));
  return faults;
}

/** The header of a library for an architecture: `e_machine` is at byte 18. */
function elf(machine: number): Uint8Array {
  const header = Buffer.alloc(64);
  header.write("\x7fELF", 0, "latin1");
  header.writeUInt16LE(machine, 18);
  return header;
}

const X86_64 = elf(0x3e);
const ARM64 = elf(0xb7);

describe("the package of a handler in Python", () => {
  it("contains the files beside the handler, without tests, sample, training, README.md and compiled files", () => {
    // Prepare
    const packaged = [
      "encoding.py",
      "names.json",
      "requirements.txt",
      "shop/__init__.py",
      "shop/tests/data.json",
      "ü.txt",
    ];
    const others = [
      "README.md",
      "route.json",
      "route.ts",
      "page.ts",
      "page/form.ts",
      "tests/test_handler.py",
      "sample/index.ts",
      "training/train.py",
      "__pycache__/handler.cpython-313.pyc",
      "shop/__pycache__/x.pyc",
      "shop/old.pyc",
      ".env",
      "shop/.hidden/x.py",
      ".venv/lib/x.py",
      "environment/pyvenv.cfg",
      "environment/lib/x.py",
    ];
    for (const path of [...packaged, ...others]) write(path, path);

    // Act
    const files = unzipSync(zipPython("functions/churn"));

    // Assess
    expect(Object.keys(files)).toEqual([...packaged, "handler.py"].sort());
    expect(Buffer.from(files["shop/tests/data.json"] ?? []).toString()).toBe("shop/tests/data.json");
  });

  it("has the same bytes in another folder, with other times, modes and order of files", () => {
    // Prepare
    for (const [path, content] of [
      ["a.py", "1"],
      ["b/c.json", "{}"],
    ] as const) {
      write(path, content);
    }
    write("b/c.json", "{}", "elsewhere/churn");
    write("handler.py", HANDLER, "elsewhere/churn");
    write("a.py", "1", "elsewhere/churn");
    chmodSync(join(app, "elsewhere/churn/a.py"), 0o755);
    utimesSync(join(app, "elsewhere/churn/handler.py"), new Date(0), new Date(0));

    // Act
    const [one, other] = ["functions/churn", "elsewhere/churn"].map((folder) => zipPython(folder));

    // Assess
    expect(Buffer.from(one ?? []).equals(Buffer.from(other ?? []))).toBe(true);
  });

  it("has the same bytes when pip installed the packages on another machine", () => {
    // Prepare: files that pip install --target writes
    const machines = [
      ["functions/churn", "/usr/bin/python3", "pip"],
      ["elsewhere/churn", "/home/ci/venv/bin/python", "uv"],
    ] as const;
    for (const [folder, python, installer] of machines) {
      write("handler.py", HANDLER, folder);
      write("shop/__init__.py", "", folder);
      write("shop/bin/tool.py", "TOOL = 1\n", folder);
      write("bin/shop", `#!${python}\n`, folder);
      write("shop-1.0.dist-info/METADATA", "Name: shop\nVersion: 1.0\n", folder);
      write("shop-1.0.dist-info/RECORD", `../../bin/shop,sha256=${python.length},1\n`, folder);
      write("shop-1.0.dist-info/INSTALLER", installer, folder);
      write("shop-1.0.dist-info/direct_url.json", JSON.stringify({ url: `file://${python}` }), folder);
    }
    write("shop-1.0.dist-info/REQUESTED", "");

    // Act
    const [one, other] = machines.map(([folder]) => zipPython(folder));

    // Assess
    expect(Buffer.from(one ?? []).equals(Buffer.from(other ?? []))).toBe(true);
    expect(Object.keys(unzipSync(one ?? new Uint8Array()))).toEqual([
      "handler.py",
      "shop-1.0.dist-info/METADATA",
      "shop/__init__.py",
      "shop/bin/tool.py",
    ]);
  });

  it("contains the folder bin/ of a model when the model's folder has no installed package", () => {
    // Prepare
    write("bin/__init__.py", "");

    // Act
    const files = unzipSync(zipPython("functions/churn"));

    // Assess
    expect(Object.keys(files)).toContain("bin/__init__.py");
  });
});

describe("a folder with handler.py", () => {
  it.each([
    HANDLER,
    "@trace\ndef lambda_handler(event, context): ...\n",
    "from shop.handlers import (lambda_handler)\n",
    "lambda_handler = App().handle\n",
  ])("has no fault when the handler is %j", (text) => {
    // Prepare
    write("handler.py", text);

    // Act
    const faults = faultsOf();

    // Assess
    expect(faults).toEqual([]);
  });

  it("is refused with every fault at once", () => {
    // Prepare
    write("handler.py", "async def lambda_handler(event, context): ...\n");
    write("contract.ts", "");
    write("handler.ts", "");
    symlinkSync("/etc/hostname", join(app, "functions/churn/link.json"));
    write("requirements.txt", "boto3\nnumpy==2.1.0\n");

    // Act
    const faults = faultsOf();

    // Assess
    expect(faults.map(({ field, got }) => [field, got])).toEqual([
      ["handler.py", "no function lambda_handler"],
      ["contract.ts", "contract.ts beside handler.py"],
      ["handler.ts", "handler.ts beside handler.py"],
      ["link.json", "a symbolic link or a special file"],
      ["requirements.txt", '"numpy==2.1.0"'],
    ]);
    expect(faults.at(-1)?.allowed).toContain(
      'pip install --target functions/churn --platform manylinux_2_28_aarch64 --platform manylinux2014_aarch64 --only-binary=:all: --python-version 3.13 "numpy==2.1.0"',
    );
  });
});

describe("imports of folders that the package omits", () => {
  it.each([
    ["import page\n", "page"],
    ["import os, sample.rows as rows  # rows\n", "sample"],
    ["def load():\n    from training.model import Model\n", "training"],
    ["from tests import data\n", "tests"],
  ])("are refused when a packaged file contains %j", (text, module) => {
    // Prepare
    write(`${module}/__init__.py`, "");
    write("shop/main.py", text);

    // Act
    const faults = faultsOf();

    // Assess
    expect(faults).toEqual([
      expect.objectContaining({
        field: "shop/main.py",
        got: `an import of ${module}`,
        allowed: expect.stringContaining(`a folder with another name, because ${module}/ is not packaged`),
      }),
    ]);
  });

  it.each([
    ["the import is relative", "from .page import Page\nfrom . import page\n"],
    ["another module has a similar name", "import pages\nfrom shop.page import Page\n"],
    ["the name is in a comment", "# import page\n"],
  ])("are not found when %s", (_title, text) => {
    // Prepare
    write("page/__init__.py", "");
    write("shop/main.py", text);

    // Act
    const faults = faultsOf();

    // Assess
    expect(faults).toEqual([]);
  });

  it("are not found when the folder is not a Python package", () => {
    // Prepare
    write("page/form.ts", "");
    write("shop/main.py", "import page\n");

    // Act
    const faults = faultsOf();

    // Assess
    expect(faults).toEqual([]);
  });
});

describe("requirements.txt", () => {
  it.each([
    "boto3  # the SDK",
    "# a comment\n\nbotocore\nurllib3\nPython_DateUtil\n",
    "numpy==2.1",
    "numpy == 2.1.0.0",
    "numpy==2.*",
    "numpy>=2,<3",
    "numpy~=2.0",
    "numpy!=2.0.0 , >1.26",
    'numpy\nTyping.Extensions==4.12.2; python_version < "3.13"',
  ])("is met when it is %j and the folder contains numpy and typing-extensions", (text) => {
    // Prepare
    write("requirements.txt", text);
    write("numpy-2.1.0.dist-info/METADATA", "");
    write("typing_extensions-4.12.2.dist-info/METADATA", "");

    // Act
    const faults = faultsOf();

    // Assess
    expect(faults).toEqual([]);
  });

  it.each([
    ["pandas", "packages of Lambda's runtime (boto3"],
    ["boto3==1.34.0", "boto3 without a version"],
    ["boto3~=1.34", "boto3 without a version"],
    ["boto3>=1.34", "boto3 without a version"],
    ["boto3>=99", "boto3 without a version"],
    ["numpy==2.0.0", "a specifier that matches 2.1.0, the version in the folder"],
    ["numpy>=3", "a specifier that matches 2.1.0, the version in the folder"],
    ["numpy<2", "a specifier that matches 2.1.0, the version in the folder"],
    ["numpy~=1.0", "a specifier that matches 2.1.0, the version in the folder"],
    ["numpy!=2.1", "a specifier that matches 2.1.0, the version in the folder"],
    ["numpy>2.0,<=2.0.9", "a specifier that matches 2.1.0, the version in the folder"],
    ['numpy<2; python_version < "3.9"', "does not evaluate the marker"],
    ["numpy==2.x", "version specifiers of PEP 440"],
    ["numpy===2.1.0", "version specifiers of PEP 440"],
    ["numpy=2.1.0", "version specifiers of PEP 440"],
    ["-r base.txt", "one package per line"],
    ["--index-url https://example.com", "one package per line"],
    ["git+https://example.com/x.git", "one package per line"],
    ["shop @ https://example.com/shop.whl", "one package per line"],
  ])("is refused when it contains %s", (line, allowed) => {
    // Prepare
    write("requirements.txt", `${line}\n`);
    write("numpy-2.1.0.dist-info/METADATA", "");

    // Act
    const faults = faultsOf();

    // Assess
    expect(faults).toEqual([
      expect.objectContaining({
        field: "requirements.txt",
        got: JSON.stringify(line),
        allowed: expect.stringContaining(allowed),
      }),
    ]);
  });
});

describe("a specifier ~= for a pre-release in the folder", () => {
  it.each([
    ["numpy~=2.1", "2.2rc1", true],
    ["numpy~=2.1rc1", "2.1rc2", true],
    ["numpy ~= 2.1.0 , !=2.1.1", "2.1.2.dev1", true],
    ["numpy~=2.1.post1", "2.2rc1", true],
    ["numpy~=1!2.1", "1!2.2rc1", true],
    ["numpy~=2.1", "2.1rc1", false],
    ["numpy~=2.1.0", "2.2rc1", false],
    ["numpy~=2.1", "3.0rc1", false],
    ["numpy~=1!2.1", "2.2rc1", false],
  ])("%s is met by %s: %s", (line, version, isMet) => {
    // Prepare
    write("requirements.txt", line);
    write(`numpy-${version}.dist-info/METADATA`, "");

    // Act
    const faults = faultsOf();

    // Assess
    expect(faults).toHaveLength(isMet ? 0 : 1);
  });
});

describe("the command for a missing package", () => {
  const ARM64_313 =
    "pip install --target functions/churn --platform manylinux_2_28_aarch64 --platform manylinux2014_aarch64 --only-binary=:all: --python-version 3.13";
  const X86_64_311 =
    "pip install --target functions/churn --platform manylinux2014_x86_64 --only-binary=:all: --python-version 3.11";

  it.each([
    ["numpy", "numpy"],
    ["numpy==1.0  # pinned", "numpy==1.0"],
    ["pandas[excel] >=2, <3", "pandas[excel] >=2, <3"],
    ['numpy<3; python_version < "3.14"', "numpy<3"],
    ["boto3==1.40.0", "boto3==1.40.0"],
  ])("contains the version specifier of the line %s", (line, requirement) => {
    // Prepare
    write("requirements.txt", line);

    // Act
    const [fault] = faultsOf();

    // Assess
    expect(fault?.allowed).toContain(`${ARM64_313} "${requirement}"`);
  });

  it("has the platform and the version of each environment's function", () => {
    // Prepare
    write("requirements.txt", "numpy==1.0");
    const faults: Fault[] = [];
    const targets = [
      { runtime: "python3.11", architecture: "x86_64" },
      {},
      { architecture: "arm64" },
    ] as const;

    // Act
    checkPythonFolder(join(app, "functions/churn"), new FaultCollector("functions/churn", faults), targets);

    // Assess
    expect(faults.map(({ allowed }) => allowed)).toEqual([
      expect.stringContaining(`: ${X86_64_311} "numpy==1.0" or ${ARM64_313} "numpy==1.0". Layers`),
    ]);
  });
});

describe("native code in a package", () => {
  it("is accepted when it matches the function's architecture and runtime", () => {
    // Prepare
    write("numpy/core.cpython-313-aarch64-linux-gnu.so", ARM64);
    write("numpy/any.abi3.so", ARM64);

    // Act
    const runtime = requirePythonTarget("churn");

    // Assess
    expect(runtime).toBe("python3.13");
  });

  it("is refused with the remedy when it does not match the architecture or runtime", () => {
    // Prepare
    write("numpy/core.cpython-312-x86_64-linux-gnu.so", X86_64);
    write("numpy/core.cp313-win_amd64.pyd", "MZ");

    // Act
    const require = () => requirePythonTarget("churn", { runtime: "python3.13", architecture: "arm64" });

    // Assess
    expect(require).toThrow(
      /got native code for x86_64; allowed: native code for arm64, or function\.architecture: "x86_64"/,
    );
    expect(require).toThrow(
      /--platform manylinux_2_28_aarch64 --platform manylinux2014_aarch64 --only-binary=:all: --python-version 3\.13/,
    );
    expect(require).toThrow(/got native code for python3\.12; allowed: native code for python3\.13/);
    expect(require).toThrow(/core\.cp313-win_amd64\.pyd: got native code for a system other than Linux/);
  });

  it("is accepted for x86_64 when the environment names x86_64", () => {
    // Prepare
    write("numpy/core.cpython-312-x86_64-linux-gnu.so", X86_64);

    // Act
    const runtime = requirePythonTarget("churn", { runtime: "python3.12", architecture: "x86_64" });

    // Assess
    expect(runtime).toBe("python3.12");
  });
});
