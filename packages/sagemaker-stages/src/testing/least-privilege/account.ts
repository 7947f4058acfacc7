import { createHash } from "node:crypto";
import { ArnFactory } from "../../aws/arn";
import type { TerraformJson } from "../terraform";

/** The account of an environment that names none. */
const UNPINNED_ACCOUNT = "123456789012";
/** The account that holds AWS's own images. */
const REGISTRY_ACCOUNT = "683313688378";
/** Somebody else's account. */
export const OTHER_ACCOUNT = "999999999999";

/** Where a stack lives, and the concrete names that stand for what Terraform knows only after an apply. */
export class Account extends ArnFactory {
  private readonly placeholders: (readonly [value: string, placeholder: string])[] = [];

  private constructor(
    region: string,
    readonly id: string,
    isPinned: boolean,
  ) {
    super(region, id);
    if (!isPinned) this.placeholders.push([id, "<account>"]);
  }

  /** As the stack's provider says. */
  static of({ provider }: TerraformJson): Account {
    const [settings] = provider.aws ?? [];
    const [pinned] = Array.isArray(settings?.allowed_account_ids) ? settings.allowed_account_ids : [];
    return new Account(
      String(settings?.region),
      pinned === undefined ? UNPINNED_ACCOUNT : String(pinned),
      pinned !== undefined,
    );
  }

  /** Some region beside the stack's own. */
  get otherRegion(): string {
    return this.region === "eu-west-3" ? "eu-west-2" : "eu-west-3";
  }

  /** The account that holds AWS's own images. */
  registry(): string {
    return this.standIn(REGISTRY_ACCOUNT, "<registry>");
  }

  /** A name as AWS would make one up, always the same for `address`. */
  madeUp(address: string, placeholder: string, prefix = ""): string {
    const digits = createHash("sha256").update(address).digest("hex").slice(0, 10);
    return this.standIn(prefix + digits, placeholder);
  }

  private standIn(value: string, placeholder: string): string {
    if (!this.placeholders.some(([known]) => known === value)) this.placeholders.push([value, placeholder]);
    return value;
  }

  /** `text` with a word, e.g. `<account>`, for each name that was made up. */
  unresolved(text: string): string {
    return this.placeholders.reduce(
      (result, [value, placeholder]) => result.replaceAll(value, placeholder),
      text,
    );
  }
}
