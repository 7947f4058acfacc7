/** An application whose loan is repaid: income, amount and months. */
export const REPAID_ROW = "52000.5,8500,36";

/** An application whose loan defaults. */
export const DEFAULTED_ROW = "18000,24000,72";
