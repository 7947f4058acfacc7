import { type Block, type Group, groupPerModel } from "../per-model";
import type { Condition, Statement } from "./policy";
import type { Policy } from "./policy-set";
import type { Proof, Unit } from "./proof";
import { UNATTACHED_HOLDER } from "./read-policy-set";
import type { AccessRequest } from "./request";

/** A chapter of the report: one stack. */
export interface Chapter {
  readonly title: string;
  readonly proof: Proof;
  /** Names of its models, e.g. `loan-default`. */
  readonly models: readonly string[];
}

/** The report as Markdown. */
export function reportText(chapters: readonly Chapter[]): string {
  const sources = new Sources();
  const told = chapters.map((chapter) => chapterText(chapter, sources));
  return [INTRODUCTION, ...told, `## Sources\n\n${sources.text()}\n`].join("\n");
}

const INTRODUCTION = `# Least privilege, principal by principal

Made by the tests from the synthesized Terraform: \`npm run record:least-privilege\` writes this file, and \`npm test\` fails where it is not what the Terraform says.

**How it is made.** Each function's own package is run against a server that records what it asks; the service, the region and the resource are read off the signed request. What Lambda, API Gateway, SageMaker, CloudFront and callers need is derived from the Terraform, each by a rule with its source. Every request is then decided by an evaluator of exactly the policy language that this project emits, over every policy that the request meets: the asker's, the resource's, and that of the VPC's way out. Anything else in a policy is an error.

**What it proves**, for every environment and every example of \`docs/examples/\`:

1. Every request is allowed.
2. Taking away any one action on any one resource, or any value of a condition, breaks one of them; nothing is granted twice.
3. Every other action of the same services, and of those that give rights, is denied; so is every near miss: each ARN with one character more, less or changed, another account's, another region's, another environment's.
4. \`*\` stands only where the service defines no resource type for the action, or AWS documents that nothing narrower works: for network interfaces that Lambda and SageMaker keep, and for metrics that are in no data set.
5. Dropping any condition lets in a request that must not get in, which stands here beside it; of a denial, it breaks one that must.
6. Nobody else gets in: other services, other accounts, the stack's other principals, unsigned requests.

The proof is proved itself: hundreds of changes to these policies, made by rule for every statement of every principal, must each be found for its own reason. \`npm test\` prints how many were.

**What it does not prove.** Nothing here was asked of AWS. That AWS makes exactly these requests is its documentation's word, not a recording; \`aws:SourceAccount\` in the trust of a function's role and the namespaces of the endpoint's metrics are inferred. What an existing function asks is not known: it gets the right to ask its endpoint, and no more. Rights of who deploys, policies that other people attach, and an organization's are not looked at.

In the tables, \`<model>\` stands for each model, and \`<account>\`, \`<api>\`, \`<registry>\` and \`<distribution>\` for what is known after an apply. Numbers in brackets are sources.
`;

/** Sources by number, in the order in which they come up. */
class Sources {
  private readonly urls: string[] = [];

  /** What stands behind a reason. */
  reference(source: string): string {
    if (!source.startsWith("https://")) return `(${source})`;
    if (!this.urls.includes(source)) this.urls.push(source);
    return `[[${this.urls.indexOf(source) + 1}]]`;
  }

  /** The list, and what makes links of the references. */
  text(): string {
    const numbered = (line: (url: string, number: number) => string) =>
      this.urls.map((url, index) => line(url, index + 1)).join("\n");
    const list = numbered((url, number) => `${number}. <${url}>`);
    return `${list}\n\n${numbered((url, number) => `[${number}]: ${url}`)}`;
  }
}

function chapterText({ title, proof, models }: Chapter, sources: Sources): string {
  return [`## ${title}\n`, ...groupPerModel(blocksOf(proof, sources), models).map(groupText)].join("\n");
}

function groupText({ title, models, common, own }: Group): string {
  const alone = models.length < 2;
  const head = alone ? ["Right", "If", "Because"] : ["Of", "Right", "If", "Because"];
  const rows = [
    ...common.map((line) => (alone ? line : `| each ${line}`)),
    ...own.flatMap(({ models: of, lines }) =>
      lines.map((line) => (alone ? line : `| ${of.join(", ")} ${line}`)),
    ),
  ];
  return [
    `### \`${title}\`${models.length > 0 ? `: ${models.join(", ")}` : ""}`,
    "",
    `| ${head.join(" | ")} |`,
    `|${"---|".repeat(head.length)}`,
    ...rows.map(escapeOutsideCode),
    "",
  ].join("\n");
}

/** \`<model>\` outside of code would be taken for HTML. */
function escapeOutsideCode(row: string): string {
  return row
    .split("`")
    .map((part, index) => (index % 2 === 0 ? part.replaceAll("<", "&lt;") : part))
    .join("`");
}

/** One block for each subject: a row for what has the same reason. */
function blocksOf(proof: Proof, sources: Sources): Block[] {
  return proof.subjects.map((subject) => {
    const policies = proof.policySet.policies.filter((policy) => policy.subject === subject);
    const rows =
      policies.length > 0
        ? policies.flatMap((policy) => policyRows(proof, policy, sources))
        : doorRows(proof, subject, sources);
    return {
      title: proof.stack.account.unresolved(subject),
      lines: rows.map((row) => proof.stack.account.unresolved(row)),
    };
  });
}

/** Actions of one statement on one resource that are there for the same reason stand in one row. */
function policyRows(proof: Proof, policy: Policy, sources: Sources): string[] {
  const rows = new Map<string, { unit: Unit; actions: string[]; reasons: string }>();
  for (const unit of proof.unitsOf(policy)) {
    const reasons = reasonsText(unit.because, sources);
    const key = JSON.stringify([unit.statement.sid, unit.resource, reasons]);
    const row = rows.get(key);
    if (row === undefined) rows.set(key, { unit, actions: [unit.action], reasons });
    else row.actions.push(unit.action);
  }
  return [...rows.values()].map(({ unit: { statement, resource }, actions, reasons }) => {
    const on = policy.kind === "trust" ? "" : ` on \`${resource}\``;
    const verb = statement.effect === "Allow" ? "may" : "**may not**";
    const right = `${whoText(policy, statement)}${verb} ${codes(actions, ", ")}${on}`;
    const conditions = statement.conditions.map((condition) =>
      conditionText(proof, policy, statement, condition),
    );
    return `| ${right} | ${conditions.join("; ")} | ${statement.effect === "Allow" ? reasons : `or else: ${reasons}`} |`;
  });
}

function codes(texts: readonly string[], separator: string): string {
  return texts.map((text) => `\`${text}\``).join(separator);
}

function whoText({ subject, kind, of }: Policy, { principal }: Statement): string {
  if (principal === "everybody") return "everybody ";
  if (principal !== undefined) return `${codes(principal, ", ")} `;
  // A role's own policy says who it is in its title.
  if (kind !== "identity" || subject.startsWith("role ")) return "";
  const names = of.map((arn) => arn.replace(/^[^/]*:/, ""));
  return names.some((name) => name.startsWith(UNATTACHED_HOLDER))
    ? "whoever has it "
    : `${codes(names, ", ")} `;
}

function conditionText(proof: Proof, policy: Policy, statement: Statement, condition: Condition): string {
  const text = `\`${condition.key}\` is ${codes(condition.values, " or ")}`;
  const [purpose] = proof.purposeOf(policy, statement, condition);
  return statement.effect === "Deny" || purpose === undefined ? text : `${text}, or else: ${purpose.because}`;
}

function reasonsText(requests: readonly AccessRequest[], sources: Sources): string {
  const reasons = new Map<string, string[]>();
  for (const { because, source } of requests) {
    const reference = sources.reference(source);
    const known = reasons.get(reference) ?? [];
    if (!known.includes(because)) known.push(because);
    reasons.set(reference, known);
  }
  return [...reasons].map(([reference, known]) => `${known.join("; ")} ${reference}`).join("; ");
}

/** Routes and function URLs have no policy: who may call stands in the API's document, and in the URL's type. */
function doorRows({ uses, abuses }: Proof, subject: string, sources: Sources): string[] {
  const row = (requests: readonly AccessRequest[], word: string): string[] => {
    const own = requests.filter((request) => request.subject === subject);
    const actions = [...new Set(own.map(({ action }) => action))];
    return own.length === 0 ? [] : [`| ${word} ${codes(actions, ", ")} | | ${reasonsText(own, sources)} |`];
  };
  return [...row(uses, "lets through"), ...row(abuses, "**refuses**")];
}
