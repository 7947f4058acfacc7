/**
 * The time with which tests compare the dates of Lambda's runtimes: before the end of every runtime. A test's result must
 * not depend on the day; `npx sagemaker-stages doctor --runtimes` compares the dates with the current day.
 */
export const BEFORE_EVERY_END = new Date("2020-01-01T00:00:00Z");
