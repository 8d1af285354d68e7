import { Managed } from "../managed";

/** A ClickPipesUser with the path that a program of this version sends. */
export class ManagedUser extends Managed {
  readonly #path: string;

  constructor(name: string, config: Record<string, string>, options: { stack?: string; path?: string } = {}) {
    super("ClickPipesUser", name, config, options);
    this.#path = options.path ?? "";
  }

  override check(args: Record<string, unknown>): Promise<Record<string, unknown>> {
    return super.check({ path: this.#path, ...args });
  }
}

export function markOfUser(name: string, stack = "dev"): string {
  return `organization/app/${stack}/ClickPipesUser/${name}`;
}
