import type { ModelReport } from "../model-report";

/** The figures of a comparison as JSON, for other programs. Names of members are an interface. */
export function toJson(environment: string, reports: readonly ModelReport[]): object {
  return {
    environment,
    models: reports.map(({ drift, read, place }) => ({
      model: drift.model,
      place,
      rows: drift.rows,
      otherRows: drift.otherRows,
      records: read.requests,
      unreadableLines: read.unreadable,
      first: read.first?.toISOString(),
      last: read.last?.toISOString(),
      features: drift.features.map(
        ({ name, type, verdict, psi, psiPValue, ks, missing, unseen, requiredRows }) => ({
          name,
          type,
          verdict,
          psi,
          psiPValue,
          ks: ks?.statistic,
          ksPValue: ks?.pValue,
          missing,
          unseen,
          // JSON has no Infinity.
          requiredRows: Number.isFinite(requiredRows) ? requiredRows : null,
        }),
      ),
    })),
  };
}
