const range = (count: number) => Array.from({ length: count }, (_, n) => n);

/** A small data set: "good" is positive, "bad" is negative, and `topic` has no meaning. */
export function reviews(topic: string): string {
  const lines = range(40).map((n) =>
    n % 2 === 0 ? `A good ${topic}, number ${n}!\t1` : `A bad ${topic}, number ${n}!\t0`,
  );
  return `${lines.join("\n")}\n`;
}
