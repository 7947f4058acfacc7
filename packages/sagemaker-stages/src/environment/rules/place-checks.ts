import type { Report } from "../report";

const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;
/** Partitions whose names and domains this project does not know. */
const OTHER_PARTITIONS = /^(us-iso|eu-iso|eusc)/;

/** Where the rule of regions comes from. */
const REGIONS_SOURCE = "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html";

/** Rules of the region that a stack is in. @param report - above `region` */
export function checkRegion(region: string, report: Report): void {
  report.require(
    REGION.test(region) && !OTHER_PARTITIONS.test(region),
    "region",
    region,
    "an AWS region such as eu-central-1, of AWS, AWS China or AWS GovCloud (US)",
    REGIONS_SOURCE,
  );
}

/** Rules of a bucket's region. @param report - above `field` */
export function checkBucketRegion(region: string, field: string, report: Report): void {
  report.require(REGION.test(region), field, region, "an AWS region such as eu-central-1", REGIONS_SOURCE);
}

/** Rules of an account's number. @param report - above `accountId` */
export function checkAccountId(accountId: string, report: Report): void {
  report.require(
    /^\d{12}$/.test(accountId),
    "accountId",
    accountId,
    "12 digits, as text",
    "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html",
  );
}
