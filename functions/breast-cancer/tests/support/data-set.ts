const range = (count: number) => Array.from({ length: count }, (_, n) => n);

/** A small data set: a mass is malignant if the first of the 30 features is at least 20. */
export function wdbc(): string {
  const rows = range(80).map((n) => {
    const first = 10 + (n % 20);
    const others = range(29).map((feature) => ((n * (feature + 3)) % 17) / 10);
    return [1000 + n, first >= 20 ? "M" : "B", first, ...others].join(",");
  });
  return `${rows.join("\n")}\n`;
}
