import type { Report } from "./report";

const RETENTION_SOURCE =
  "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html";

const RETENTION_STEPS_IN_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** CloudWatch's steps. @param report - above `logRetentionInDays` */
export function checkLogRetention(logRetentionInDays: number, report: Report): void {
  report.require(
    RETENTION_STEPS_IN_DAYS.includes(logRetentionInDays),
    "logRetentionInDays",
    logRetentionInDays,
    RETENTION_STEPS_IN_DAYS.join(", "),
    RETENTION_SOURCE,
  );
}
