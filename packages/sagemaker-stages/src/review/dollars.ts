/** `+$1.50`, `−$0.0012`, `±$0` */
export function differenceOf(usd: number): string {
  if (usd === 0) return "±$0";
  return `${usd > 0 ? "+" : "−"}${dollars(Math.abs(usd))}`;
}

/** Cents, and where there are none, as much as there is. */
export function dollars(usd: number): string {
  const digits = usd !== 0 && Math.abs(usd) < 0.01 ? 4 : 2;
  return `$${usd.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}
