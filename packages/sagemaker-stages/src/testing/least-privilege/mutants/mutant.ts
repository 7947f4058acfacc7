import type { JsonObject, TerraformJson } from "../../terraform";
import type { Fault } from "../finding";
import { managedPolicySubject } from "../read-policy-set";
import type { ResolvedStack } from "../resolved-stack";

/** One careless or hostile change of a stack's policies, and by what it must be found. */
export interface Mutant {
  /** What kind of change it is: one line of the table. */
  readonly kind: string;
  /** Whom the change is about, and what changes. */
  readonly description: string;
  /** As in {@link Policy.subject}. */
  readonly subject: string;
  /** Makes the change. */
  readonly change: (terraform: TerraformJson) => void;
  /** One of these findings about the subject kills it; another one does not. */
  readonly killedBy: readonly Fault[];
}

/** A policy document in the Terraform, with its references resolved. */
export interface Document {
  /** As in {@link Policy.subject}. */
  readonly subject: string;
  readonly kind: "identity" | "trust" | "resource";
  readonly statements: readonly JsonObject[];
  /** A change that puts other statements in place of these. */
  readonly replaced: (statements: readonly JsonObject[]) => (terraform: TerraformJson) => void;
  /** A change of the resource that holds the document. */
  readonly holder: (terraform: TerraformJson) => JsonObject;
}

const DOCUMENTS = [
  ["aws_iam_role", "assume_role_policy", "trust", "role", "name"],
  ["aws_iam_role_policy", "policy", "identity", "role", "role"],
  ["aws_iam_policy", "policy", "identity", "policy", "name"],
  ["aws_s3_bucket_policy", "policy", "resource", "bucket", "bucket"],
  ["aws_vpc_endpoint", "policy", "resource", "VPC endpoint", "service_name"],
] as const;

/** Every policy document of a stack. */
export function documentsOf(stack: ResolvedStack): Document[] {
  return DOCUMENTS.flatMap(([type, argument, kind, word, name]) =>
    stack.all(type).map((resource): Document => {
      const document: { Statement: JsonObject[] } = JSON.parse(resource.text(argument));
      const holder = ({ resource: byType }: TerraformJson): JsonObject => {
        const values = byType[type]?.[resource.address.slice(type.length + 1)];
        if (values === undefined) throw new Error(`no ${resource.address}`);
        return values;
      };
      return {
        subject:
          word === "policy" ? managedPolicySubject(resource.text(name)) : `${word} ${resource.text(name)}`,
        kind,
        statements: document.Statement,
        holder,
        replaced: (statements) => (terraform) => {
          const text = JSON.stringify({ Version: "2012-10-17", Statement: statements });
          // A variable of policies, as Terraform writes it.
          holder(terraform)[argument] = text.replaceAll("${", "$${");
        },
      };
    }),
  );
}

/** `value` as a list of texts. */
export function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}
