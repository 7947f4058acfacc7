/**
 * A linear congruential generator of 32 bits. `tables/scipy_tables.py` has the same generator, so that a test and scipy
 * use the same samples without a file of samples.
 */
export class Random {
  constructor(private state: number) {}

  /** A number from 0, less than 1. */
  next(): number {
    // The product can exceed the whole numbers of a double.
    this.state = (Math.imul(1664525, this.state) + 1013904223) >>> 0;
    return this.state / 2 ** 32;
  }

  /** A number that approximately has the standard normal distribution. */
  normal(): number {
    let sum = 0;
    for (let i = 0; i < 12; i++) sum += this.next();
    return sum - 6;
  }
}
