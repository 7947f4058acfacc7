import type { Outage, OutageCause } from "../../outages";
import { riskPredicate, riskSubject } from "./risk-sentences";
import { subjectText } from "./surface";

/** Predicates of outages whose reason is no setting. */
const PREDICATES: Readonly<Record<Exclude<OutageCause, "setting">, string>> = {
  destroyed: "is removed",
  replaced: "is deleted and created again",
  "other address": "is replaced, and has another address afterwards",
  "other credential": "is replaced, and has another value afterwards",
  "usage plan": "is removed from its usage plan, without which API Gateway refuses the key",
  refused: "can refuse requests that it accepted before",
  "transfer mode":
    "changes its transfer mode: requests fail with 502 for a few seconds, between the update of the function and the update of the API",
  integration:
    "changes between a function and an endpoint, or gets another function: requests fail if Terraform deletes the function or the role of the old integration before it updates the stage",
  "other endpoint":
    "gets another endpoint: requests fail if Terraform deletes the old endpoint before it updates the route or the function",
  permission:
    "loses the permission to invoke its endpoint: no policy of its role grants the permission after the apply",
  network:
    "loses the VPC endpoint through which it calls its endpoint: Terraform deletes the VPC endpoint before it updates the function",
  document:
    "may refuse requests: the document of the API is known after apply, e.g. because it contains the address of a new page",
  undetermined: "may refuse requests: the plan does not show the effect of the change",
};

/** How long calls fail, before a sentence. */
const DURATIONS: Readonly<Record<Outage["lasts"], string>> = {
  apply: "during the apply",
  permanent: "after the apply",
};

/** `during the apply`, `after the apply` */
export function durationText({ lasts }: Pick<Outage, "lasts">): string {
  return DURATIONS[lasts];
}

/** What callers call, e.g. `endpoint dev-churn`, `POST /churn`. */
export function outageSubject({ subject }: Pick<Outage, "subject">): string {
  return subject.kind === "resource" ? riskSubject({ subject }) : subjectText(subject);
}

/** Why calls fail, e.g. `is removed`. */
export function outagePredicate(outage: Outage): string {
  return outage.cause === "setting" ? riskPredicate(outage.setting) : PREDICATES[outage.cause];
}

/** The warning of a protected environment. Terraform makes no plan with a change that it refuses. */
export const NOT_REFUSED =
  "`protected: true` does not refuse these changes: Terraform only refuses to destroy a resource that stays in its configuration.";
