import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { templateOfApp } from "../../src/cli/template/app";
import { documents, ENGINE, paths, REPOSITORY, withoutCodeBlocks } from "./support/documents";

const scripts = [REPOSITORY, ENGINE].flatMap((folder) => scriptsIn(read(join(folder, "package.json"))));
const templateScripts = scriptsIn(
  templateOfApp({ name: "my-app", engine: "1.0.0" }).get("package.json") ?? "{}",
);

describe("a document in docs/", () => {
  it("is linked from README.md, or from a document that README.md links", () => {
    // Prepare
    const linkedFrom = (document: string): string[] =>
      linksOf(withoutCodeBlocks(read(join(REPOSITORY, document))))
        .filter((link) => !SCHEME.test(link))
        .map((link) => join(dirname(document), link.replace(/#.*$/, "")));
    const direct = new Set(linkedFrom("README.md"));
    const indirect = [...direct].filter((path) => documents.includes(path)).flatMap(linkedFrom);
    const reached = new Set([...direct, ...indirect]);

    // Act
    const unlinked = documents.filter((path) => /^docs\/[^/]+\.md$/.test(path) && !reached.has(path));

    // Assess
    expect(unlinked).toEqual([]);
  });
});

describe.each(documents)("%s", (document) => {
  const text = withoutCodeBlocks(read(join(REPOSITORY, document)));

  it("links to files and headings that exist", () => {
    // Act
    const broken = linksOf(text).filter(
      (link) => !SCHEME.test(link) && !isDeletable(document, link) && !leadsSomewhere(document, link),
    );

    // Assess
    expect(broken).toEqual([]);
  });

  it("links to well-formed addresses with https", () => {
    // Act
    const malformed = linksOf(text).filter((link) => SCHEME.test(link) && !isWebAddress(link));

    // Assess
    expect(malformed).toEqual([]);
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

  it.each([
    "http://example.com",
    "https://example.com/a|b",
    "https://example.com//a",
    "https://example",
    "https://<api>.example.com",
    "file:///etc/hosts",
  ])("refuses the address %s", (link) => {
    // Act
    const [found] = linksOf(`See [this](${link}).`);

    // Assess
    expect(found).toBe(link);
    expect(isWebAddress(link)).toBe(false);
  });

  it.each(["https://example.com", "https://docs.example.com/a/b_c.html#d", "mailto:team@example.com"])(
    "accepts the address %s",
    (link) => {
      // Act and assess
      expect(isWebAddress(link)).toBe(true);
    },
  );

  it("finds links to headings of the same document", () => {
    // Prepare
    const text = "# One\n## Two words\n## Two words\n[a](#two-words-1) [b](#three)";

    // Act
    const broken = linksOf(text).filter((link) => !headingsOf(text).includes(link.slice(1)));

    // Assess
    expect(broken).toEqual(["#three"]);
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

/** Targets of links. Reads `[text](target)`, images, `[name]: target` and `<https://…>`. */
function linksOf(text: string): string[] {
  const inline = [...text.matchAll(/\]\(([^)\s]+)\)/g)];
  const named = [...text.matchAll(/^\[[^\]]+\]:\s+(\S+)/gm)];
  const automatic = [...text.matchAll(/<(https?:[^>\s]+)>/g)];
  return [...inline, ...named, ...automatic].map(([, target = ""]) => target);
}

/** The start of an address with a scheme, e.g. `https:`. */
const SCHEME = /^[a-z]+:/;

/** Whether a link is an address with https, of a mailbox, or of the local stage. No request is sent. */
function isWebAddress(link: string): boolean {
  if (link.startsWith("http://127.0.0.1:3000/")) return true;
  if (link.startsWith("mailto:")) return /^mailto:[\w.+-]+@[\w.-]+\.[a-z]+$/.test(link);
  return (
    URL.canParse(link) &&
    /^https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)+(\/(?!\/)[\w.~%!$&'*+,;=:@()?/#-]*)?$/i.test(link) &&
    !/[^:]\/\//.test(link.split(/[?#]/)[0] ?? "")
  );
}

function leadsSomewhere(document: string, link: string): boolean {
  const [path = "", heading] = link.split("#");
  const target = path === "" ? document : join(dirname(document), decodeURIComponent(path));
  // An app's README links to the installed engine.
  if (path.includes("node_modules/")) return true;
  if (!existsSync(join(REPOSITORY, target))) return false;
  return heading === undefined || headingsOf(read(join(REPOSITORY, target))).includes(heading);
}

/** Headings of a document as GitHub writes them in links. A repeated heading gets a number. */
function headingsOf(text: string): string[] {
  const seen = new Map<string, number>();
  return [...withoutCodeBlocks(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-");
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
}

/** Code spans that are paths. A path has a slash, and otherwise only letters, digits and `._-`. */
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

/** Whether a path exists, relative to the folder of the document, of the repository or of the engine. */
function exists(document: string, path: string): boolean {
  // Documents name files of example models, and a team can have a model of the same name. Links are checked.
  if (isDeletable("", path) || /^functions\/[^/]+\//.test(path)) return true;
  if (/^[\w-]+\/$/.test(path)) return paths.some((known) => `/${known}`.endsWith(`/${path}`));
  return [dirname(document), "", relative(REPOSITORY, ENGINE)].some((folder) =>
    existsSync(join(REPOSITORY, folder, path)),
  );
}

/**
 * Whether a path is in a deleted folder of the sample models. A team can delete the sample models, and documents may
 * still name these models, or name models that never existed.
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

function read(path: string): string {
  return readFileSync(path, "utf8");
}
