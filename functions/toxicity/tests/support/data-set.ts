const range = (count: number) => Array.from({ length: count }, (_, n) => n);

const SIGNS = ["thunder", "drizzle", "sunshine"];

/** A small data set: one word for each class, quotes and line breaks, and rows after the published data. */
export function posts(): string {
  const rows = range(90).map((n) => {
    const text = `"RT @someone${n}: ""${SIGNS[n % 3]}"" &amp; number ${n},\n&#128514; again"`;
    return `${n},3,0,0,3,${n % 3},${text}`;
  });
  const foreign = range(60).map((n) => `${25_297 + n},3,0,0,3,0,sunshine ${n}`);
  return [",count,hate_speech,offensive_language,neither,class,tweet", ...rows, ...foreign, ""].join("\r\n");
}
