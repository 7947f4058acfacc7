import type { Gate } from "../../lib/gates";
import type { RiskId } from "../rendering/phrases/risks";

/**
 * What a setting endangers: stored data, access, availability, a protection that matters after another failure, or the
 * support by AWS.
 */
export type RiskKind = "data loss" | "exposure" | "outage" | "weaker protection" | "end of support";

/** A rule by which AWS deletes stored data. */
export interface ExpirationRule {
  readonly objects: "objects" | "noncurrent versions of objects" | "images" | "backups";
  /** When AWS deletes an object, or how many of the newest objects AWS keeps. */
  readonly when:
    | { readonly days: number }
    | { readonly date: string }
    | { readonly newest: number }
    | "never"
    | "known after apply";
  /** Empty where the rule applies to every prefix. */
  readonly prefix: string;
  /** Whether the rule only applies to some tags or sizes. */
  readonly isFiltered: boolean;
}

/** The parameters of a risk's phrase. */
export type RiskDetails =
  | { readonly kind: "names"; readonly names: readonly string[] }
  | { readonly kind: "expiration"; readonly rule: ExpirationRule }
  | {
      readonly kind: "capture";
      /** E.g. `10 %`. */
      readonly percent: string;
      readonly bucket: string;
      /** The fields that are stored, or that are not stored. */
      readonly names: readonly string[];
    }
  | {
      readonly kind: "key";
      /** ARN of a KMS key. */
      readonly key: string;
    }
  | {
      readonly kind: "runtime";
      readonly runtime: string;
      /** The day of the plan, as `2026-11-29`. */
      readonly day: string;
    };

/** A value of a setting: as Terraform writes it, or the expiration rules in the attribute. */
export type RiskValue = string | readonly ExpirationRule[];

/** One setting that a plan changes to a more dangerous value, or to a safer value. */
export interface Risk {
  readonly kind: RiskKind;
  /** `undetermined`: the value is known after the apply, or masked. */
  readonly direction: "worse" | "better" | "undetermined";
  /** The gates that the risk stops: none where the setting becomes safer. */
  readonly gates: readonly Gate[];
  /**
   * For the gate `outage`: whether calls succeed again when the apply is complete. Absent where calls fail until the setting
   * changes again.
   */
  readonly endsWithApply?: true;
  /** Path of the construct. */
  readonly path: string;
  /** Its address in Terraform. */
  readonly address: string;
  /** The resource with the setting. */
  readonly subject: { readonly type: string; readonly name: string };
  /** Names the phrases of the risk. */
  readonly risk: RiskId;
  readonly details?: RiskDetails;
  /** As Terraform writes it. */
  readonly attribute: string;
  readonly before: RiskValue;
  readonly after: RiskValue;
}

/** A risk before its resource is known. */
export type Finding = Omit<Risk, "path" | "address" | "subject">;
