/** Small data sets whose answers follow a rule that a model must find. */

const range = (count: number) => Array.from({ length: count }, (_, n) => n);

/** The first of 30 features says all: from 20 on, a mass is malignant. */
export function wdbc(): string {
  const rows = range(80).map((n) => {
    const first = 10 + (n % 20);
    const others = range(29).map((feature) => ((n * (feature + 3)) % 17) / 10);
    return [1000 + n, first >= 20 ? "M" : "B", first, ...others].join(",");
  });
  return `${rows.join("\n")}\n`;
}

/** By day 200 bikes are rented in an hour, by night 10. */
export function bikeHours(): string {
  const rows = range(20 * 24).map((n) => {
    const [day, hour] = [Math.floor(n / 24) + 1, n % 24];
    const count = hour >= 8 && hour < 20 ? 200 : 10;
    return `2011-01-${pad(day)} ${pad(hour)}:00:00,1,0,1,1,9.84,14.395,81,0,0,${count},${count}`;
  });
  return [
    "datetime,season,holiday,workingday,weather,temp,atemp,humidity,windspeed,casual,registered,count",
    ...rows,
    "",
  ].join("\n");
}

const pad = (number: number) => String(number).padStart(2, "0");

/** "good" is positive, "bad" is negative, and `topic` says nothing. */
export function reviews(topic: string): string {
  const lines = range(40).map((n) =>
    n % 2 === 0 ? `A good ${topic}, number ${n}!\t1` : `A bad ${topic}, number ${n}!\t0`,
  );
  return `${lines.join("\n")}\n`;
}

const SIGNS = ["thunder", "drizzle", "sunshine"];

/** A word for each class; the quotes and line ends of the data, and rows that its publisher never had. */
export function posts(): string {
  const rows = range(90).map((n) => {
    const text = `"RT @someone${n}: ""${SIGNS[n % 3]}"" &amp; number ${n},\n&#128514; again"`;
    return `${n},3,0,0,3,${n % 3},${text}`;
  });
  const foreign = range(60).map((n) => `${25_297 + n},3,0,0,3,0,sunshine ${n}`);
  return [",count,hate_speech,offensive_language,neither,class,tweet", ...rows, ...foreign, ""].join("\r\n");
}
