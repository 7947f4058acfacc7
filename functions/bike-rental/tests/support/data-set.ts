const range = (count: number) => Array.from({ length: count }, (_, n) => n);

/** A small data set: 200 rentals per hour from 8 to 20 o'clock, otherwise 10. */
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
