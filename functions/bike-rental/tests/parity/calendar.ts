const DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether the Gregorian calendar contains this day. Months count from 1. */
export function isDay(year: number, month: number, day: number): boolean {
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeapYear ? 29 : DAYS_OF_MONTHS[month - 1];
  return year >= 1 && days !== undefined && day >= 1 && day <= days;
}

/** The day of the week by Zeller's congruence, Monday = 0. */
export function dayOfWeek(year: number, month: number, day: number): number {
  // January and February count as months 13 and 14 of the year before.
  const [y, m] = month < 3 ? [year - 1, month + 12] : [year, month];
  const fromSaturday =
    day + Math.floor((13 * (m + 1)) / 5) + y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return (fromSaturday + 5) % 7;
}
