import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";

/** The folder of the documents, in the repository and in the published package. */
export const DOCUMENTS = "docs";

/** Documents for contributors to the engine. The package does not contain them. */
const CONTRIBUTOR_DOCUMENTS: readonly string[] = ["architecture.md"];

/** The engine's folder, from the repository. */
const ENGINE = "packages/sagemaker-stages/";

/** The folders and files of the engine that the published package contains unchanged. */
const PUBLISHED = /^(?:src\/.+|examples(?:\/[\w-]+\.ts|\/?))$/;

/** A Markdown link or picture: its text and its target. The package contains no pictures of documents. */
const LINK = /!?\[([^\]]*)\]\(([^)\s]+)\)/g;

/**
 * Writes the documents for users of the package into a package that is about to be published. Links to files that the
 * package does not contain become plain text, and so do pictures.
 *
 * @param folder - the package's folder
 * @param repository - the repository's folder
 */
export function publishDocuments(folder: string, repository: string): void {
  const names = readdirSync(join(repository, DOCUMENTS)).filter(
    (name) => name.endsWith(".md") && !CONTRIBUTOR_DOCUMENTS.includes(name),
  );
  mkdirSync(join(folder, DOCUMENTS), { recursive: true });
  for (const name of names) {
    const document = readFileSync(join(repository, DOCUMENTS, name), "utf8");
    const published = document.replaceAll(LINK, (_link, text: string, target: string) => {
      const found = publishedTarget(target, names, folder);
      return found === undefined ? text : `[${text}](${found})`;
    });
    writeFileSync(join(folder, DOCUMENTS, name), published);
  }
}

/** The target of a link in the package; `undefined` if the package does not contain the file. */
function publishedTarget(target: string, names: readonly string[], folder: string): string | undefined {
  if (/^(#|[a-z]+:)/.test(target)) return target;
  const [path = "", fragment] = target.split("#");
  if (names.includes(path)) return target;
  const fromRepository = posix.join(DOCUMENTS, path);
  const own = fromRepository.startsWith(ENGINE) ? fromRepository.slice(ENGINE.length) : "";
  if (!PUBLISHED.test(own) || !existsSync(join(folder, own))) return undefined;
  return `../${own}${fragment === undefined ? "" : `#${fragment}`}`;
}
