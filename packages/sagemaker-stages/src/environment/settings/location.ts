import { isOfKnownPartition } from "../../aws/partition";
import { REGION, REGIONS_SOURCE } from "../patterns";
import { rule, text, textLike } from "./setting";

/** The region of a stack. */
export const region = rule(text, {
  holds: (value) => REGION.test(value) && isOfKnownPartition(value),
  allowed: "an AWS region such as eu-central-1, of AWS, AWS China or AWS GovCloud (US)",
  source: REGIONS_SOURCE,
});

/** The account of a stack. */
export const accountId = textLike(
  /^\d{12}$/,
  "12 digits, as a string",
  "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html",
);
