import type { JsonObject, TerraformJson } from "../../terraform";
import type { Fault } from "../finding";
import { managedPolicySubject } from "../read-policy-set";
import type { ResolvedStack } from "../resolved-stack";

/** One fault in a copy of a stack's policies, with the kinds of findings that must report the fault. */
export interface Mutant {
  /** The kind of change. The table of results has one line for each kind. */
  readonly kind: string;
  /** The subject and the change. */
  readonly description: string;
  /** As in {@link Policy.subject}. */
  readonly subject: string;
  /** Changes the Terraform. */
  readonly change: (terraform: TerraformJson) => void;
  /** Kinds of findings about the subject that kill the mutant. Other findings do not kill the mutant. */
  readonly killedBy: readonly Fault[];
}

/** A policy document in the Terraform, with its references resolved. */
export interface Document {
  /** As in {@link Policy.subject}. */
  readonly subject: string;
  readonly kind: "identity" | "trust" | "resource";
  readonly statements: readonly JsonObject[];
  /** A change that replaces the statements of the document. */
  readonly replaced: (statements: readonly JsonObject[]) => (terraform: TerraformJson) => void;
  /** The arguments of the resource that contains the document. */
  readonly holder: (terraform: TerraformJson) => JsonObject;
}

const DOCUMENTS = [
  ["aws_iam_role", "assume_role_policy", "trust", "role", "name"],
  ["aws_iam_role_policy", "policy", "identity", "role", "role"],
  ["aws_iam_policy", "policy", "identity", "policy", "name"],
  ["aws_s3_bucket_policy", "policy", "resource", "bucket", "bucket"],
  ["aws_sns_topic_policy", "policy", "resource", "topic", "arn"],
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
          // In Terraform, `$${` is the escaped form of `${`.
          holder(terraform)[argument] = text.replaceAll("${", "$${");
        },
      };
    }),
  );
}

/** A value as a list of texts. */
export function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}
