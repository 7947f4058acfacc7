import { UnsupportedTerraform } from "../errors";
import type { FirewallDefinition, PageFirewallDefinition } from "./deployment";
import { type Read, read } from "./interpreted";
import type { Resource, Stack } from "./stack";

/** AWS's window of a rate rule that names none. */
const DEFAULT_WINDOW_IN_SECONDS = 300;

type WebAcl = Read<"aws_wafv2_web_acl">;

/** The firewall of a stage: the web ACL that an association attaches to the stage. */
export function readStageFirewall(stack: Stack, stage: Resource): FirewallDefinition | undefined {
  const attached = stack
    .ofType("aws_wafv2_web_acl_association")
    .filter(({ values }) => values.resource_arn === `\${${stage.type}.${stage.name}.arn}`)
    .map(({ values }) => findAcl(stack, values.web_acl_arn));
  return attached[0] && toDefinition(attached[0]);
}

/** The firewall of the page: the web ACL that the distribution names. */
export function readPageFirewall(stack: Stack): PageFirewallDefinition | undefined {
  const distribution = stack
    .ofType("aws_cloudfront_distribution")
    .find(({ values }) => values.web_acl_id !== undefined);
  if (distribution === undefined) return undefined;
  return {
    ...toDefinition(findAcl(stack, distribution.values.web_acl_id)),
    refusal: readRefusal(stack, distribution),
  };
}

/** The web ACL to whose ARN a reference refers. */
function findAcl(stack: Stack, reference: unknown): WebAcl {
  const acl = read(stack, "aws_wafv2_web_acl").find(
    ({ resource }) => reference === `\${${resource.type}.${resource.name}.arn}`,
  );
  if (acl !== undefined) return acl;
  throw new UnsupportedTerraform(
    `firewall: got ${JSON.stringify(reference)}; allowed: the ARN of a web ACL of the stack ${stack.name}`,
  );
}

function toDefinition({ values }: WebAcl): FirewallDefinition {
  return {
    rates: values.rule.flatMap((rule) => {
      if (!("action" in rule)) return [];
      const { limit, evaluation_window_sec: window } = rule.statement.rate_based_statement;
      return [
        {
          limit,
          windowInSeconds: window ?? DEFAULT_WINDOW_IN_SECONDS,
          blocks: rule.action.block !== undefined,
        },
      ];
    }),
    managedRules: values.rule.flatMap((rule) => ("override_action" in rule ? [rule.name] : [])),
  };
}

/** CloudFront's answer to a 403: a file of the page's bucket. */
function readRefusal(stack: Stack, { values }: Resource): PageFirewallDefinition["refusal"] {
  const responses = [values.custom_error_response].flat() as readonly Readonly<Record<string, unknown>>[];
  const path = responses.find((response) => response?.error_code === 403)?.response_page_path;
  const file = stack.ofType("aws_s3_object").find((object) => `/${object.values.key}` === path)?.values;
  if (file === undefined) {
    return { contentType: "text/plain", body: "Access Denied" };
  }
  return { contentType: String(file.content_type), body: String(stack.resolve(file.content)) };
}
