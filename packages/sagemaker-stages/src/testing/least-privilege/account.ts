import { createHash } from "node:crypto";
import { ArnFactory } from "../../aws/arn";
import type { TerraformJson } from "../terraform";

/** The account of an environment that does not name an account. */
const UNPINNED_ACCOUNT = "123456789012";
/** The account that holds AWS's own images. */
const REGISTRY_ACCOUNT = "683313688378";
/** An account that is not the stack's account. */
export const OTHER_ACCOUNT = "999999999999";

/**
 * The account and region of a stack, and concrete names in place of values that AWS assigns during an apply.
 *
 * @example
 * const role = stack.account.globalArn("iam", "role/dev-iris-function");
 */
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

  /** The account and region of the stack's provider: the provider without an alias. */
  static of({ provider }: TerraformJson): Account {
    const settings = provider.aws?.find(({ alias }) => alias === undefined);
    const [pinned] = Array.isArray(settings?.allowed_account_ids) ? settings.allowed_account_ids : [];
    return new Account(
      String(settings?.region),
      pinned === undefined ? UNPINNED_ACCOUNT : String(pinned),
      pinned !== undefined,
    );
  }

  /** A region that is not the stack's region. */
  get otherRegion(): string {
    return this.region === "eu-west-3" ? "eu-west-2" : "eu-west-3";
  }

  /** The account that holds AWS's own images. */
  registry(): string {
    return this.remember(REGISTRY_ACCOUNT, "<registry>");
  }

  /** A name in the form of AWS's generated names. The same address always gets the same name. */
  generatedName(address: string, placeholder: string, prefix = ""): string {
    const digits = createHash("sha256").update(address).digest("hex").slice(0, 10);
    return this.remember(prefix + digits, placeholder);
  }

  private remember(value: string, placeholder: string): string {
    if (!this.placeholders.some(([known]) => known === value)) this.placeholders.push([value, placeholder]);
    return value;
  }

  /** A text in which placeholders, e.g. `<account>`, replace the generated names. */
  withPlaceholders(text: string): string {
    return this.placeholders.reduce(
      (result, [value, placeholder]) => result.replaceAll(value, placeholder),
      text,
    );
  }
}
