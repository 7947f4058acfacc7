import { REGION, REGIONS_SOURCE } from "../patterns";
import { rule, text, textLike } from "./setting";

/** Partitions whose names and domains this project does not know. */
const OTHER_PARTITIONS = /^(us-iso|eu-iso|eusc)/;

/** The region of a stack. */
export const region = rule(text, {
  holds: (value) => REGION.test(value) && !OTHER_PARTITIONS.test(value),
  allowed: "an AWS region such as eu-central-1, of AWS, AWS China or AWS GovCloud (US)",
  source: REGIONS_SOURCE,
});

/** The account of a stack. */
export const accountId = textLike(
  /^\d{12}$/,
  "12 digits, as text",
  "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html",
);
