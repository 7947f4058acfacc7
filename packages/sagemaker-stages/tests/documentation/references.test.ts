import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { templateOfApp } from "../../src/cli/template/app";

const ENGINE = join(__dirname, "../..");
const REPOSITORY = join(ENGINE, "../..");

/** Folders that are installed or generated. Folders whose name starts with a dot are not read either. */
const NOT_READ = ["node_modules", "cdktf.out", "dist", "programs"];

/** Every file and folder of the repository, from the repository's folder; folders end with a slash. */
const paths = pathsBelow(REPOSITORY);
const documents = paths.filter((path) => path.endsWith(".md"));

const scripts = [REPOSITORY, ENGINE].flatMap((folder) => scriptsIn(read(join(folder, "package.json"))));
const templateScripts = scriptsIn(
  templateOfApp({ name: "my-app", engine: "1.0.0" }).get("package.json") ?? "{}",
);

describe.each(documents)("%s", (document) => {
  const text = withoutCode(read(join(REPOSITORY, document)));

  it("links to files and headings that exist", () => {
    // Act
    const broken = linksOf(text).filter(
      (link) => !isDeletable(document, link) && !leadsSomewhere(document, link),
    );

    // Assess
    expect(broken).toEqual([]);
  });

  it("names paths that exist", () => {
    // Act
    const missing = pathsNamedIn(text).filter((path) => !exists(document, path));

    // Assess
    expect(missing).toEqual([]);
  });

  it("runs scripts that exist", () => {
    // Act
    const missing = programsRunIn(read(join(REPOSITORY, document))).filter((path) => !exists(document, path));

    // Assess
    expect(missing).toEqual([]);
  });

  it("names npm scripts that exist", () => {
    // Prepare
    const known = document.startsWith("packages/sagemaker-stages/template/") ? templateScripts : scripts;

    // Act
    const missing = scriptsNamedIn(read(join(REPOSITORY, document))).filter(
      (script) => !known.includes(script),
    );

    // Assess
    expect(missing).toEqual([]);
  });
});

describe("the search for broken references", () => {
  const document = "docs/example.md";

  it.each<[what: string, link: string]>([
    ["a file", "missing.md"],
    ["a file of another folder", "../stacks/missing.ts"],
    ["a heading", "architecture.md#missing"],
  ])("finds a link to %s that does not exist", (_, link) => {
    // Act
    const [found] = linksOf(`See [this](${link}) and [that](https://example.com).`);

    // Assess
    expect(found).toBe(link);
    expect(leadsSomewhere(document, link)).toBe(false);
  });

  it.each(["architecture.md", "architecture.md#tests", "../stacks/inference-stack.ts", "../environments"])(
    "accepts the link %s",
    (link) => {
      // Act and assess
      expect(leadsSomewhere(document, link)).toBe(true);
    },
  );

  it.each(["stacks/constructs/missing.ts", "src/missing/", "missing/", "docs/missing.md"])(
    "finds the path %s, which does not exist",
    (path) => {
      // Act
      const [found] = pathsNamedIn(`The file \`${path}\` exists.`);

      // Assess
      expect(found).toBe(path);
      expect(exists(document, path)).toBe(false);
    },
  );

  it("finds the programs that blocks of code run", () => {
    // Act
    const found = programsRunIn(
      "```sh\nnpx tsx missing/train.ts data.csv\npython3 missing/reference.py\n```",
    );

    // Assess
    expect(found).toEqual(["missing/train.ts", "missing/reference.py"]);
    expect(found.map((path) => exists(document, path))).toEqual([false, false]);
  });

  it("finds npm scripts in commands and in prose", () => {
    // Act
    const found = scriptsNamedIn(
      "`npm start -- dev`\n```sh\nnpm run --silent review -- prod && npm cit\n```",
    );

    // Assess
    expect(found).toEqual(["start", "review", "test"]);
  });
});

/** Targets of links, except addresses of the web. Reads `[text](target)`, images, and `[name]: target`. */
function linksOf(text: string): string[] {
  const inline = [...text.matchAll(/\]\(([^)\s]+)\)/g)];
  const named = [...text.matchAll(/^\[[^\]]+\]:\s+(\S+)/gm)];
  return [...inline, ...named].map(([, target = ""]) => target).filter((target) => !/^[a-z]+:/.test(target));
}

function leadsSomewhere(document: string, link: string): boolean {
  const [path = "", heading] = link.split("#");
  const target = path === "" ? document : join(dirname(document), decodeURIComponent(path));
  // An app's README links to the installed engine.
  if (path.includes("node_modules/")) return true;
  if (!existsSync(join(REPOSITORY, target))) return false;
  return heading === undefined || headingsOf(read(join(REPOSITORY, target))).includes(heading);
}

/** Headings of a document as GitHub writes them in links. */
function headingsOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Code spans that are a path: with a slash, and of letters, digits and `._-` alone. */
function pathsNamedIn(text: string): string[] {
  return [
    ...text.matchAll(/`((?:[\w.-]+\/)+(?:[\w-]+(?:\.[\w-]+)*\.(?:ts|js|cjs|json|md|css|hcl|yml|py))?)`/g),
  ]
    .map(([, path = ""]) => path)
    .filter((path) => !GENERATED.test(path));
}

/** Programs of the repository that a command line runs. */
function programsRunIn(text: string): string[] {
  return [...text.matchAll(/\b(?:tsx|python3|node) ((?:[\w.-]+\/)+[\w.-]+\.(?:ts|js|mjs|py))\b/g)].map(
    ([, path = ""]) => path,
  );
}

/** Paths of files that exist only after a command. */
const GENERATED = /^(node_modules|cdktf\.out|dist|programs|pages|\.terraform)\//;

/** Whether a path from the document's folder, from the repository's, or from the engine's exists. */
function exists(document: string, path: string): boolean {
  // Documents name files of example models, and a team can have a model of the same name. Links are checked.
  if (isDeletable("", path) || /^functions\/[^/]+\//.test(path)) return true;
  if (/^[\w-]+\/$/.test(path)) return paths.some((known) => `/${known}`.endsWith(`/${path}`));
  return [dirname(document), "", relative(REPOSITORY, ENGINE)].some((folder) =>
    existsSync(join(REPOSITORY, folder, path)),
  );
}

/**
 * Whether a path leads into a folder of the samples that is deleted: a team deletes its models, and documents may name
 * them, or models that never existed, as examples.
 */
function isDeletable(document: string, path: string): boolean {
  const [, folder] = /^(functions\/[^/#]+(?=\/)|training(?=\/))/.exec(join(dirname(document), path)) ?? [];
  return folder !== undefined && !existsSync(join(REPOSITORY, folder));
}

/** Names of scripts: `npm run <script>`, `npm start`, `npm test`, and `npm cit`, which runs the tests. */
function scriptsNamedIn(text: string): string[] {
  return [...text.matchAll(/\bnpm (?:run (?:--silent )?([\w:-]+)|(start|test)\b|(cit)\b)/g)].map(
    ([, script, short]) => script ?? short ?? "test",
  );
}

function scriptsIn(manifest: string): string[] {
  return Object.keys(JSON.parse(manifest).scripts ?? {});
}

/** A text without its blocks of code, whose paths and links are examples. */
function withoutCode(text: string): string {
  return text.replace(/^```[^\n]*\n.*?^```$/gms, "");
}

function read(path: string): string {
  return readFileSync(path, "utf8");
}

function pathsBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith(".") && !NOT_READ.includes(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      const name = relative(REPOSITORY, path).replaceAll("\\", "/");
      return entry.isDirectory() ? [`${name}/`, ...pathsBelow(path)] : [name];
    });
}
