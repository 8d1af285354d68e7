import { vi } from "vitest";
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

/** From now on these run together in a process of their own, as another run of Pulumi has one. */
export async function inNewProcess(...resources: Managed[]): Promise<void> {
  // Each process listens for SIGINT, in this one process.
  process.setMaxListeners(0);
  vi.resetModules();
  const { handler } = await import("../../../provider/dynamic/handler.js");
  for (const resource of resources) resource.handleWith(handler(resource.kind));
}

export function markOfUser(name: string, stack = "dev"): string {
  return `organization/app/${stack}/ClickPipesUser/${name}`;
}
